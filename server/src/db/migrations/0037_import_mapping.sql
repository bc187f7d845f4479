-- Imports by mapping: how rows of another system become lines, files given in the console, and stopping.

-- A mapping kept under a name. What it was before is in the ledger.
create table import_mapping (
  workspace_id uuid not null references workspace,
  mapping_id   uuid not null,
  name         text not null,
  mapping      jsonb not null,
  primary key (workspace_id, mapping_id),
  unique (workspace_id, name)
);
call record_changes_of('import_mapping'::regclass);
grant select, insert, update, delete on import_mapping to {{app}};
grant select on import_mapping to {{read}};

-- `mapping`: how this file is read; null for tracedesk-ndjson. `upload_id`: the file lies under this id in the folder
-- imports/uploads of a node; null when it was named on the command line. `bytes`: its length.
alter table import_run
  drop constraint import_run_state_check,
  add constraint import_run_state_check check (state in ('running', 'stopped', 'completed')),
  add column mapping jsonb,
  add column upload_id uuid,
  add column file_name text,
  add column bytes bigint;
