-- What Telegram was or is to be told of a bot: its commands or a text of its profile. `value`: the text, or the commands
-- as JSON. `state` follows from entries: `queued` until Telegram has spoken or was given up.
create table bot_change (
  workspace_id uuid not null,
  change_id    uuid not null,
  bot_id       uuid not null,
  kind         text not null check (kind in ('commands', 'name', 'description', 'short_description')),
  scope        text,
  language     text not null,
  value        text not null,
  state        text not null check (state in ('queued', 'accepted', 'refused', 'unreachable')),
  error_code   integer,
  description  text,
  entry_id     uuid not null,
  at           timestamptz not null,
  primary key (workspace_id, change_id),
  foreign key (workspace_id, bot_id) references bot,
  check ((kind = 'commands') = (scope is not null))
);
create index bot_change_by_bot_idx on bot_change (workspace_id, bot_id, at);

-- Changes Telegram is still to be told, in their order. Machinery: what came of each is recorded.
create table bot_change_outbox (
  workspace_id uuid not null,
  change_id    uuid not null,
  bot_id       uuid not null,
  attempts     integer not null default 0,
  next_at      timestamptz not null default now(),
  queued_at    timestamptz not null default now(),
  primary key (workspace_id, change_id)
);
create index bot_change_outbox_by_bot_idx on bot_change_outbox (workspace_id, bot_id, queued_at);

-- When Telegram last failed at a bot's webhook, as far as that is recorded.
alter table bot_line add column webhook_failed_at bigint;

call record_changes_of('bot_change');
grant select, insert, update on bot_change to {{app}};
grant select, insert, update, delete on bot_change_outbox to {{app}};
grant select on bot_change to {{read}};
