-- Streams: entries of the log that leave the house as they come.

-- Where a workspace's entries go. `target`: scheme, host and port, no more. `sealed`: the whole address, what signs and
-- what authorises. `query`: words of the filter, sealed as well.
create table stream (
  workspace_id uuid not null references workspace,
  stream_id    uuid not null,
  name         text not null,
  kind         text not null check (kind in ('webhook', 'syslog')),
  target       text not null,
  sealed       bytea not null,
  envelope     text not null,
  payload      text not null,
  parts        text not null check (parts in ('withheld', 'open')),
  filter       jsonb not null,
  query        bytea,
  has_words    boolean generated always as (query is not null) stored,
  batch        integer not null check (batch between 1 and 500),
  has_authorization boolean not null,
  ca_fingerprint text,
  state        text not null check (state in ('running', 'paused')),
  paused_because text check (paused_because in ('person', 'refusals', 'gone')),
  created_by   uuid,
  created_at   timestamptz not null,
  primary key (workspace_id, stream_id),
  check ((state = 'paused') = (paused_because is not null))
);
call record_changes_of('stream'::regclass);

-- An entry that the receiver refused until it was laid aside. No word of it is here: it is read from the log again.
create table stream_letter (
  workspace_id uuid not null,
  stream_id    uuid not null,
  position     bigint not null,
  entry_id     uuid not null,
  attempts     integer not null,
  status       integer,
  at           timestamptz not null,
  waiting      boolean not null default false,
  primary key (workspace_id, stream_id, position),
  foreign key (workspace_id, stream_id) references stream
);
call record_changes_of('stream_letter'::regclass);

-- How far a stream is, moved by whoever holds its lease: everything before `position` was sent, passed over or laid
-- aside. `failures`: attempts that failed since one arrived; `refusals`: those of them that the receiver refused for
-- what was in them. `refused_in_row`: entries laid aside since one was taken.
create table stream_cursor (
  workspace_id   uuid not null,
  stream_id      uuid not null,
  position       bigint not null,
  sent           bigint not null default 0,
  sent_at        timestamptz,
  failures       integer not null default 0,
  refusals       integer not null default 0,
  problem        text,
  status         integer,
  failed_at      timestamptz,
  next_at        timestamptz not null default '-infinity',
  refused_in_row integer not null default 0,
  primary key (workspace_id, stream_id)
);

grant select, insert, update, delete on stream, stream_letter, stream_cursor to {{app}};
grant select (workspace_id, stream_id, name, kind, target, envelope, payload, parts, filter, has_words, batch, has_authorization,
  ca_fingerprint, state, paused_because, created_by, created_at) on stream to {{read}};
grant select on stream_letter, stream_cursor to {{read}};
