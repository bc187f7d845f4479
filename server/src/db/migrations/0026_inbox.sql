-- The inbox: how far each has read, saved views, calls in notes, required sets of labels, accounts of one person.

-- How far somebody has been shown a conversation: up to `message_id`, written `at`. Not state: what they were shown is
-- the entry message.read, where the workspace records it.
create table read_mark (
  workspace_id    uuid not null,
  agent_id        uuid not null,
  conversation_id uuid not null,
  message_id      uuid not null,
  at              timestamptz not null,
  primary key (workspace_id, agent_id, conversation_id)
) with (fillfactor = 70);

-- A view of the inbox under a name. `filter`: an InboxFilter of the contracts.
create table inbox_view (
  workspace_id  uuid not null,
  inbox_view_id uuid not null,
  owner_id      uuid not null,
  name          text not null,
  filter        jsonb not null,
  shared        boolean not null default false,
  created_at    timestamptz not null,
  primary key (workspace_id, inbox_view_id),
  foreign key (workspace_id, owner_id) references agent
);
create index inbox_view_by_owner_idx on inbox_view (workspace_id, owner_id);

-- Labels of which a customer should have one before their conversation ends.
create table label_set (
  workspace_id uuid not null references workspace,
  label_set_id uuid not null,
  name         text not null,
  label_ids    uuid[] not null,
  created_at   timestamptz not null,
  primary key (workspace_id, label_set_id)
);
create unique index label_set_name_idx on label_set (workspace_id, lower(name));

-- `merged_into`: another account of the same person; the desk shows this one as that one.
alter table customer
  add column merged_into uuid,
  add foreign key (workspace_id, merged_into) references customer,
  add check (merged_into <> customer_id);
create index customer_merged_idx on customer (workspace_id, merged_into) where merged_into is not null;

create index note_mentions_idx on note using gin (mentions);

do $$ declare t text; begin
  foreach t in array array['inbox_view', 'label_set'] loop
    call record_changes_of(t::regclass);
  end loop;
end $$;

grant select, insert, update on read_mark to {{app}};
grant select, insert, update, delete on inbox_view, label_set to {{app}};
grant select on read_mark, inbox_view, label_set to {{read}};
