-- The commit check finds the entry of its own transaction by the transaction, and by nothing else. A plan is made once
-- a connection, mostly while nothing waits: then every index looks as good as any other, and one by the workspace read
-- all that waits, and all that lay dead behind it, at each commit. `is true` keeps the workspace out of the choice, and the
-- settings the table as a whole, and a new plan for each check.
drop index log_pending_by_xact_idx;
create index log_pending_by_xact_idx on log_pending (xact);

create or replace function require_ledger_entry() returns trigger
language plpgsql security definer set search_path = pg_catalog, public
set enable_seqscan = off set enable_bitmapscan = off set plan_cache_mode = force_generic_plan as $$
begin
  perform from log_pending
    where xact = pg_current_xact_id() and (workspace_id = coalesce(new.workspace_id, old.workspace_id)) is true limit 1;
  if found then return null; end if;
  raise exception 'unrecorded change of %', tg_table_name using errcode = 'TD001',
    hint = 'State changes only through execute(), which records an entry in the same transaction.';
end $$;

-- Whatever was moved into the tree lies dead in the queue until it is cleaned, and everything that looks into the queue
-- reads past it: it is cleaned by the number of its rows, without rests, and keeps its pages for the next ones.
alter table log_pending set (autovacuum_vacuum_threshold = 2000, autovacuum_vacuum_scale_factor = 0,
  autovacuum_vacuum_cost_delay = 0, vacuum_truncate = off);
