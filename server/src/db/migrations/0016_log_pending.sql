-- Moves a conversation's counter from where its writer saw it to where his entries take it. Whoever finds it elsewhere
-- has lost to another writer: serialization_failure makes him come again.
create function swap_log_counter(workspace uuid, chain uuid, seen integer, next integer) returns void
language plpgsql set search_path = pg_catalog, public as $$
begin
  insert into log_counter (workspace_id, chain_id, count) values (workspace, chain, next)
    on conflict (workspace_id, chain_id) do update set count = next where log_counter.count = seen;
  if not found then
    raise exception 'another entry of conversation % came first', chain using errcode = '40001';
  end if;
end $$;
revoke all on function swap_log_counter(uuid, uuid, integer, integer) from public;
grant execute on function swap_log_counter(uuid, uuid, integer, integer) to {{app}}, {{ledger}};

-- Every command writes here, so no index more than are needed: one for the order, one for the commit check.
alter table log_pending drop constraint log_pending_pkey, add primary key (workspace_id, ordinal);
drop index log_pending_by_ordinal_idx;
