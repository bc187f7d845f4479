-- Exports: files of entries, and those that are made again and again.

-- One file of entries. `caller`: who asked, as they stood then; the file shows what they may see. `query`: the words
-- they searched for, sealed. Entries from position `size` on came later and are not in it.
create table export (
  workspace_id   uuid not null references workspace,
  export_id      uuid not null,
  format         text not null,
  parts          text not null,
  filter         jsonb not null,
  query          bytea,
  options        jsonb not null,
  caller         jsonb not null,
  requested_by   uuid,
  requested_at   timestamptz not null,
  size           bigint not null,
  schedule_id    uuid,
  state          text not null check (state in ('waiting', 'done', 'failed', 'cancelled', 'removed')),
  rows           bigint,
  bytes          bigint,
  sha256         text,
  first_position bigint,
  last_position  bigint,
  truncated      boolean not null default false,
  code           text,
  completed_at   timestamptz,
  expires_at     timestamptz,
  primary key (workspace_id, export_id)
);
create index export_by_time_idx on export (workspace_id, requested_at, export_id);
create index export_waiting_idx on export (workspace_id, export_id) where state = 'waiting';

create table export_schedule (
  workspace_id uuid not null references workspace,
  schedule_id  uuid not null,
  name         text not null,
  every        text not null,
  format       text not null,
  parts        text not null,
  filter       jsonb not null,
  query        bytea,
  options      jsonb not null,
  caller       jsonb not null,
  created_by   uuid,
  next_at      timestamptz not null,
  primary key (workspace_id, schedule_id)
);

do $$ declare t text; begin
  foreach t in array array['export', 'export_schedule'] loop
    call record_changes_of(t::regclass);
  end loop;
end $$;

-- How far a file is written, by the node that holds it until `held_until`. Whoever takes over goes on after the place,
-- where the format lets it: everything up to `bytes` is on its disk.
create table export_progress (
  workspace_id   uuid not null,
  export_id      uuid not null,
  holder         uuid not null,
  held_until     timestamptz not null,
  rows           bigint not null default 0,
  bytes          bigint not null default 0,
  at             timestamptz,
  entry_id       uuid,
  first_position bigint,
  last_position  bigint,
  primary key (workspace_id, export_id)
);

grant select, insert, update on export to {{app}};
grant select, insert, update, delete on export_schedule, export_progress to {{app}};
grant select (workspace_id, export_id, format, parts, filter, options, requested_by, requested_at, size, schedule_id, state, rows, bytes, sha256,
  first_position, last_position, truncated, code, completed_at, expires_at) on export to {{read}};
grant select (workspace_id, schedule_id, name, every, format, parts, filter, created_by, next_at) on export_schedule to {{read}};
grant select on export_progress to {{read}};
