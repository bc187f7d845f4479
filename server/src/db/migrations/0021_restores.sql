-- A database that was put back from an older state, per workspace. While `finished_at` is null no server serves it:
-- erasures made since have to be made again, and the new epoch of the ledger has to be announced.
create table restore_run (
  workspace_id    uuid not null,
  restore_id      uuid not null,
  cause           text not null check (cause in ('backup', 'elsewhere')),
  manifest_sha256 text,
  taken_at        timestamptz,
  epoch_before    integer not null,
  sessions_ended  integer not null,
  unsent          integer not null,
  erased          jsonb not null,
  begun_at        timestamptz not null default now(),
  finished_at     timestamptz,
  primary key (workspace_id, restore_id)
);
grant select, update (finished_at) on restore_run to {{app}};
grant select on restore_run to {{read}};
