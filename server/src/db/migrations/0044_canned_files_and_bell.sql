-- Files that go with a canned reply. They belong to no customer: each file's own key is sealed by the installation's. For
-- a conversation they are copied, and the copy is the customer's like any upload.
create table canned_reply_file (
  workspace_id    uuid not null,
  file_id         uuid not null,
  canned_reply_id uuid not null,
  name            text not null,
  sha256          bytea not null,
  size            bigint not null,
  type            text not null,
  store_key       text not null,
  sealed_key      bytea not null,
  added_at        timestamptz not null,
  primary key (workspace_id, file_id),
  foreign key (workspace_id, canned_reply_id) references canned_reply
);
create index canned_reply_file_by_reply_idx on canned_reply_file (workspace_id, canned_reply_id, added_at);
call record_changes_of('canned_reply_file');
grant select, insert, delete on canned_reply_file to {{app}};
grant select on canned_reply_file to {{read}};

-- Up to which call in a note an agent has looked at their bell, on whatever machine they did.
create table agent_bell (
  workspace_id uuid not null,
  agent_id     uuid not null,
  seen_to      timestamptz not null,
  primary key (workspace_id, agent_id),
  foreign key (workspace_id, agent_id) references agent
);
call record_changes_of('agent_bell');
grant select, insert, update on agent_bell to {{app}};
grant select on agent_bell to {{read}};
