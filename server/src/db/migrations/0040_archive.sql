-- The archive: closed months of the log as files outside the database.

-- When months are written by themselves, and what else goes with it. One row a workspace; none: nothing is.
create table archive_policy (
  workspace_id uuid primary key references workspace,
  enabled      boolean not null,
  after_days   integer not null check (after_days between 0 and 3650),
  required     boolean not null,
  with_parts   boolean not null,
  lock_days    integer check (lock_days between 1 and 36500)
);

-- One writing of one month (its first day): of its entries those at positions from `since` on and below `size`, which was
-- the log's size when it was asked for. What came later into the month is another row. `manifest` is the key of the
-- manifest in the store, `sha256` its digest, which the entry archive.written holds as well.
create table archive (
  workspace_id  uuid not null references workspace,
  archive_id    uuid not null,
  month         date not null,
  state         text not null check (state in ('waiting', 'stopped', 'failed', 'done')),
  since         bigint not null,
  size          bigint not null,
  with_parts    boolean not null,
  lock_days     integer,
  requested_by  uuid,
  requested_at  timestamptz not null,
  ended_at      timestamptz,
  entries       bigint,
  parts         bigint,
  files         integer,
  bytes         bigint,
  from_position bigint,
  to_position   bigint,
  manifest      text,
  manifest_bytes integer,
  sha256        text,
  locked_until  timestamptz,
  code          text,
  verified_at   timestamptz,
  verdict       text,
  primary key (workspace_id, archive_id)
);
create index archive_by_month_idx on archive (workspace_id, month, size);
create unique index archive_open_idx on archive (workspace_id, month) where state <> 'done';

do $$ declare t text; begin
  foreach t in array array['archive_policy', 'archive'] loop
    call record_changes_of(t::regclass);
  end loop;
end $$;

-- How far a month is written, by the node that holds it until `held_until`: the ranges it is cut into, and the files that
-- were written, read back and verified. Whoever takes over goes on after them.
create table archive_progress (
  workspace_id uuid not null,
  archive_id   uuid not null,
  holder       uuid not null,
  held_until   timestamptz not null,
  attempts     integer not null default 0,
  plan         jsonb,
  files        jsonb not null default '[]',
  primary key (workspace_id, archive_id)
);

grant select, insert, update on archive_policy, archive to {{app}};
grant select, insert, update, delete on archive_progress to {{app}};
grant select on archive_policy, archive, archive_progress to {{read}};
