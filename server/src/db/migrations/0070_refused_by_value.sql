-- The swap of a counter refuses by the value it would write: nothing has to be returned and looked at any more.
drop function refuse_overtaken();
create function refuse_overtaken() returns integer language plpgsql as $$
begin
  raise exception 'another entry of the conversation came first' using errcode = '40001';
end $$;
revoke all on function refuse_overtaken() from public;
grant execute on function refuse_overtaken() to {{app}}, {{ledger}};
