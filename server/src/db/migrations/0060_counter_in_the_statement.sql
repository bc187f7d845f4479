-- The statement that writes entries swaps the counters of their conversations itself, which is cheaper than a function
-- called for each. Only whoever lost comes here: serialization_failure makes him come again.
create function refuse_overtaken() returns void language plpgsql as $$
begin
  raise exception 'another entry of the conversation came first' using errcode = '40001';
end $$;
revoke all on function refuse_overtaken() from public;
grant execute on function refuse_overtaken() to {{app}}, {{ledger}};
drop function swap_log_counter(uuid, uuid, integer, integer, timestamptz, timestamptz);
