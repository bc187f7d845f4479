-- `last_at`: the time of the newest entry a command put into the conversation; null for one that was only imported.
alter table log_counter add column last_at timestamptz;

-- As before, and a writer whose transaction began before the newest entry has lost as well: he comes again with a later
-- time, so that the entries of a conversation stand in one order by time and by position. `earliest` is 'infinity' for
-- whoever has come often enough: a clock that was put back must not stop a conversation.
drop function swap_log_counter(uuid, uuid, integer, integer);
create function swap_log_counter(workspace uuid, chain uuid, seen integer, next integer, earliest timestamptz, latest timestamptz)
returns void language plpgsql set search_path = pg_catalog, public as $$
begin
  insert into log_counter (workspace_id, chain_id, count, last_at) values (workspace, chain, next, latest)
    on conflict (workspace_id, chain_id) do update set count = next, last_at = greatest(log_counter.last_at, latest)
    where log_counter.count = seen and (log_counter.last_at is null or log_counter.last_at < earliest);
  if not found then
    raise exception 'another entry of conversation % came first', chain using errcode = '40001';
  end if;
end $$;
revoke all on function swap_log_counter(uuid, uuid, integer, integer, timestamptz, timestamptz) from public;
grant execute on function swap_log_counter(uuid, uuid, integer, integer, timestamptz, timestamptz) to {{app}}, {{ledger}};
