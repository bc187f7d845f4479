-- Files of messages, versions of messages, reactions.

-- A file of a conversation: fetched from Telegram for a customer's message, or uploaded by an agent to be sent. Its
-- bytes lie in the file store under `store_key`, sealed by a key of their own; that key is here, sealed by the
-- customer's. `message_id` is null for an upload nobody has sent yet; `version` is the edit that brought the file,
-- `entry_id` the entry that holds an upload's name.
create table file (
  workspace_id        uuid not null,
  file_id             uuid not null,
  conversation_id     uuid not null,
  message_id          uuid,
  version             integer not null default 1,
  ordinal             smallint not null default 0,
  kind                text not null,
  state               text not null check (state in ('waiting', 'stored', 'failed', 'removed')),
  problem             text,
  sha256              bytea,
  size                bigint,
  type                text,
  store_key           text,
  sealed_key          bytea,
  uploaded_by         uuid,
  entry_id            uuid,
  telegram_message_id bigint,
  created_at          timestamptz not null,
  primary key (workspace_id, file_id),
  foreign key (workspace_id, conversation_id) references conversation
);
create index file_by_message_idx on file (workspace_id, message_id, version, ordinal) where message_id is not null;
create index file_unsent_idx on file (workspace_id, created_at) where message_id is null and state = 'stored';
create index file_by_conversation_idx on file (workspace_id, conversation_id);
create index file_by_telegram_idx on file (workspace_id, conversation_id, telegram_message_id) where telegram_message_id is not null;

-- A version of a message after the first: its entry, and for an agent's edit what Telegram said.
create table message_version (
  workspace_id uuid not null,
  message_id   uuid not null,
  version      integer not null,
  at           timestamptz not null,
  author_kind  text not null,
  author_id    uuid,
  entry_id     uuid not null,
  has_text     boolean not null,
  state        text not null check (state in ('received', 'queued', 'delivered', 'refused', 'unreachable')),
  primary key (workspace_id, message_id, version),
  foreign key (workspace_id, message_id) references message
);

-- `content_entry_id`: the entry of the version in force, where it is not the original's. `change`: the last change an
-- agent asked for, until Telegram has it. `reaction_entry_id`: the entry with the customer's reactions in force.
alter table message
  add column content_entry_id uuid,
  add column recalled_at timestamptz,
  add column change jsonb,
  add column own_reaction text,
  add column reaction_entry_id uuid;

-- Whether the groups a bot is in come into the desk.
alter table bot add column groups boolean not null default false;

do $$ declare t text; begin
  foreach t in array array['file', 'message_version'] loop
    call record_changes_of(t::regclass);
  end loop;
end $$;

-- Files still to be fetched from Telegram: machinery, like the outbox.
create table file_fetch (
  workspace_id     uuid not null,
  file_id          uuid not null,
  bot_id           uuid not null,
  telegram_file_id text not null,
  attempts         integer not null default 0,
  queued_at        timestamptz not null default now(),
  next_at          timestamptz not null default now(),
  primary key (workspace_id, file_id)
);
create index file_fetch_by_bot_idx on file_fetch (workspace_id, bot_id, next_at);

-- What is still to be taken out of the file store.
create table file_removal (
  workspace_id uuid not null,
  store_key    text not null,
  queued_at    timestamptz not null default now(),
  primary key (workspace_id, store_key)
);

grant select, insert, update on file, message_version to {{app}};
grant select, insert, update, delete on file_fetch, file_removal to {{app}};
grant select on file, message_version to {{read}};
