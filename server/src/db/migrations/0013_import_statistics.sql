-- An import fills tables within seconds that were empty when their foreign keys' checks were planned: without fresh
-- statistics such a check may walk a whole index for each message. Only a table's owner may analyse it, hence the function.
create function refresh_import_statistics() returns void
language plpgsql security definer set search_path = pg_catalog, public as $$
begin
  analyze public.agent, public.customer, public.conversation, public.message, public.log_counter;
end $$;

revoke all on function refresh_import_statistics() from public;
grant execute on function refresh_import_statistics() to {{ledger}};
