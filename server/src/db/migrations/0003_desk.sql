-- Bots, customers, conversations, messages, notes, labels; and the gateway's inbox and outbox.

-- One Telegram bot.
create table bot (
  workspace_id      uuid not null references workspace,
  bot_id            uuid not null,
  telegram_id       bigint not null,
  username          text not null,
  name              text not null,
  state             text not null check (state in ('connected', 'disconnected')),
  delivery          text not null check (delivery in ('polling', 'webhook')),
  token_fingerprint text not null,
  connected_at      timestamptz not null,
  primary key (workspace_id, bot_id)
);
create unique index bot_telegram_idx on bot (workspace_id, telegram_id);

-- A bot's token, sealed. Apart from `bot`, so that no read ever touches it.
create table bot_token (
  workspace_id uuid not null,
  bot_id       uuid not null,
  sealed       bytea not null,
  primary key (workspace_id, bot_id),
  foreign key (workspace_id, bot_id) references bot
);

-- A person who writes to the bots, as the workspace knows them. `named_by` is the entry that brought the name in force.
create table customer (
  workspace_id uuid not null references workspace,
  customer_id  uuid not null,
  telegram_id  bigint,
  name         text not null,
  username     text,
  language     text,
  named_by     uuid not null,
  created_at   timestamptz not null,
  primary key (workspace_id, customer_id)
);
create unique index customer_telegram_idx on customer (workspace_id, telegram_id) where telegram_id is not null;

-- A customer who stopped a bot: nothing can be sent until they start it again.
create table customer_block (
  workspace_id uuid not null,
  customer_id  uuid not null,
  bot_id       uuid not null,
  primary key (workspace_id, customer_id, bot_id),
  foreign key (workspace_id, customer_id) references customer,
  foreign key (workspace_id, bot_id) references bot
);

-- One dialogue of one customer with one bot (and topic), from opening to resolution. Only "now".
create table conversation (
  workspace_id       uuid not null,
  conversation_id    uuid not null,
  bot_id             uuid not null,
  customer_id        uuid not null,
  chat_id            bigint,
  topic_id           integer not null default 0,
  -- the business account the customer wrote to; '' when they wrote to the bot itself: two chats, one chat id
  business           text not null default '',
  status             text not null check (status in ('in_progress', 'pending', 'resolved')),
  assignee_id        uuid,
  department_id      uuid,
  opened_at          timestamptz not null,
  resolved_at        timestamptz,
  waiting_since      timestamptz,
  last_message_id    uuid,
  last_message_at    timestamptz not null,
  primary key (workspace_id, conversation_id),
  foreign key (workspace_id, bot_id) references bot,
  foreign key (workspace_id, customer_id) references customer,
  foreign key (workspace_id, assignee_id) references agent,
  foreign key (workspace_id, department_id) references department
) with (fillfactor = 80);
-- at most one open dialogue in a chat: two updates at once cannot open two
create unique index conversation_open_chat_idx on conversation (workspace_id, bot_id, chat_id, topic_id, business) where status <> 'resolved' and chat_id is not null;
create index conversation_by_chat_idx on conversation (workspace_id, bot_id, chat_id, topic_id, business, opened_at);
create index conversation_by_customer_idx on conversation (workspace_id, customer_id, last_message_at);
create index conversation_by_last_message_idx on conversation (workspace_id, last_message_at, conversation_id);
create index conversation_by_assignee_idx on conversation (workspace_id, assignee_id, last_message_at, conversation_id);
create index conversation_by_department_idx on conversation (workspace_id, department_id, last_message_at, conversation_id) where department_id is not null;
create index conversation_by_waiting_idx on conversation (workspace_id, (coalesce(waiting_since, 'infinity')), conversation_id) where status <> 'resolved';
create index conversation_active_idx on conversation (workspace_id, status, last_message_at, conversation_id) where status <> 'resolved';

-- A message in either direction. Its words are a part of its entry: `entry_id` the original, `text_entry_id` the
-- version in force.
create table message (
  workspace_id        uuid not null,
  message_id          uuid not null,
  conversation_id     uuid not null,
  at                  timestamptz not null,
  direction           text not null check (direction in ('in', 'out')),
  author_kind         text not null,
  author_id           uuid,
  kind                text not null,
  state               text not null check (state in ('received', 'queued', 'delivered', 'refused', 'unreachable')),
  entry_id            uuid not null,
  text_entry_id       uuid,
  version             integer not null default 1,
  telegram_message_id bigint,
  reply_to            uuid,
  delivered_at        timestamptz,
  problem             jsonb,
  deleted_by_customer boolean not null default false,
  primary key (workspace_id, message_id),
  foreign key (workspace_id, conversation_id) references conversation
);
create index message_by_conversation_idx on message (workspace_id, conversation_id, at, message_id);
create index message_by_telegram_idx on message (workspace_id, conversation_id, telegram_message_id) where telegram_message_id is not null;

-- A note beside a conversation. Its words are a part of its entry.
create table note (
  workspace_id    uuid not null,
  note_id         uuid not null,
  conversation_id uuid not null,
  author_id       uuid not null,
  scope           text not null check (scope in ('private', 'team')),
  at              timestamptz not null,
  entry_id        uuid not null,
  primary key (workspace_id, note_id),
  foreign key (workspace_id, conversation_id) references conversation,
  foreign key (workspace_id, author_id) references agent
);
create index note_by_conversation_idx on note (workspace_id, conversation_id, at);

create table label (
  workspace_id uuid not null references workspace,
  label_id     uuid not null,
  name         text not null,
  colour       text not null,
  primary key (workspace_id, label_id)
);
create unique index label_name_idx on label (workspace_id, lower(name));

create table customer_label (
  workspace_id uuid not null,
  customer_id  uuid not null,
  label_id     uuid not null,
  primary key (workspace_id, customer_id, label_id),
  foreign key (workspace_id, customer_id) references customer,
  foreign key (workspace_id, label_id) references label
);
create index customer_label_by_label_idx on customer_label (workspace_id, label_id, customer_id);

-- One file of history. `done_lines` moves in the same transaction as the lines themselves, so a broken import resumes.
create table import_run (
  workspace_id uuid not null references workspace,
  import_id    uuid not null,
  file_sha256  bytea not null,
  format       text not null,
  state        text not null check (state in ('running', 'completed')),
  done_lines   bigint not null default 0,
  imported     bigint not null default 0,
  repeated     bigint not null default 0,
  rejected     bigint not null default 0,
  started_at   timestamptz not null,
  primary key (workspace_id, import_id)
);
create unique index import_run_file_idx on import_run (workspace_id, file_sha256);

do $$ declare t text; begin
  foreach t in array array['bot', 'bot_token', 'customer', 'customer_block', 'conversation', 'message', 'note',
    'label', 'customer_label', 'import_run'] loop
    call record_changes_of(t::regclass);
  end loop;
end $$;

-- The gateway's inbox: what Telegram told us, stored before it is acknowledged, sealed by the installation key.
-- When it has been dealt with, the words are in the ledger under the customer's key and `body` is emptied.
create table telegram_update (
  workspace_id uuid not null,
  bot_id       uuid not null,
  update_id    bigint not null,
  kind         text not null,
  chat_id      bigint,
  body         bytea,
  received_at  timestamptz not null default now(),
  done_at      timestamptz,
  attempts     integer not null default 0,
  primary key (workspace_id, bot_id, update_id)
);
create index telegram_update_waiting_idx on telegram_update (workspace_id, bot_id, update_id) where done_at is null;

-- The gateway's outbox: what Telegram is still to be told. `sending` is committed before the call, so that after a
-- crash nobody believes that a message was never sent.
create table telegram_outbox (
  workspace_id uuid not null,
  message_id   uuid not null,
  bot_id       uuid not null,
  chat_id      bigint not null,
  ordinal      bigint generated always as identity,
  state        text not null default 'waiting' check (state in ('waiting', 'sending')),
  attempts     integer not null default 0,
  queued_at    timestamptz not null default now(),
  next_at      timestamptz not null default now(),
  primary key (workspace_id, message_id)
);
create index telegram_outbox_by_bot_idx on telegram_outbox (workspace_id, bot_id, ordinal);

-- How each bot's line to Telegram is doing. Written by the node that polls it; changes of state are entries.
create table bot_line (
  workspace_id   uuid not null,
  bot_id         uuid not null,
  last_update_id bigint,
  health         text not null default 'starting' check (health in ('starting', 'fine', 'lost')),
  since          timestamptz not null default now(),
  cause          text,
  primary key (workspace_id, bot_id)
);

grant select, insert, update on bot, customer, conversation, message, note, label, import_run to {{app}};
grant select, insert, update, delete on bot_token, customer_block, customer_label, telegram_update, telegram_outbox, bot_line to {{app}};
grant select on bot, customer, customer_block, conversation, message, note, label, customer_label, import_run, bot_line to {{read}};
grant select (workspace_id, bot_id, update_id, kind, received_at, done_at, attempts) on telegram_update to {{read}};
grant select (workspace_id, message_id, bot_id, state, attempts, queued_at, next_at) on telegram_outbox to {{read}};
