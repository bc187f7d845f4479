-- Retention: the same destruction in less time. The bits of what goes are unpacked once a chunk instead of once a row, and
-- words are looked for by the month's own table.

-- Destroys leaves of one month with their parts and words: those of the positions given, no others. The application
-- may not do that by itself, and this not without an entry in the same transaction: log_purge's trigger looks at commit.
-- `whole`: most of the month goes, so the rest is set aside and put back. Returns how many entries and parts went.
create or replace function purge_log_entries(workspace uuid, entry uuid, month date, chunks bigint[], bitmaps bytea[], whole boolean,
  out entries bigint, out parts bigint)
language plpgsql security definer set search_path = pg_catalog, public as $$
declare
  begins timestamptz := month::timestamp at time zone 'UTC';
  ends   timestamptz := (month + interval '1 month')::timestamp at time zone 'UTC';
  suffix text := to_char(month, 'YYYY_MM');
  before bigint;
begin
  insert into log_purge (workspace_id, chunk, part, entry_id, month, positions)
    select workspace, c, '', entry, month, b from unnest(chunks, bitmaps) as t (c, b);
  if whole then
    execute format('select count(*) from public.%I where workspace_id = $1', 'log_part_' || suffix) into parts using workspace;
    execute format('select count(*) from public.%I where workspace_id = $1', 'log_entry_' || suffix) into entries using workspace;
    call rewrite_log_month('log_entry', month, format(
      'with t as materialized (select chunk, positions || ''''::bytea as positions from public.log_purge where workspace_id = %L and entry_id = %L)
       select e.* from public.%I e left join t
         on e.workspace_id = %L and t.chunk = e.position >> 16
       where t.chunk is null or get_bit(t.positions, (e.position & 65535)) = 0', workspace, entry, 'log_entry_' || suffix, workspace));
    call rewrite_log_month('log_part', month, format(
      'select p.* from public.%I p where exists (select from public.%I e where e.workspace_id = p.workspace_id and e.entry_id = p.entry_id and e.at = p.at)
         or exists (select from public.log_pending e where e.workspace_id = p.workspace_id and e.entry_id = p.entry_id)',
      'log_part_' || suffix, 'log_entry_' || suffix));
    execute format('select $2 - count(*) from public.%I where workspace_id = $1', 'log_part_' || suffix) into parts using workspace, parts;
    execute format('select $2 - count(*) from public.%I where workspace_id = $1', 'log_entry_' || suffix) into entries using workspace, entries;
  else
    delete from log_part p using log_entry e, unnest(chunks, bitmaps) as t (c, b)
      where e.workspace_id = workspace and e.at >= begins and e.at < ends and t.c = e.position >> 16
        and get_bit(t.b, e.position & 65535) = 1 and e.position between chunks[1] << 16 and (chunks[cardinality(chunks)] + 1) << 16
        and p.workspace_id = workspace and p.entry_id = e.entry_id and p.at = e.at;
    get diagnostics parts = row_count;
    delete from log_entry e using unnest(chunks, bitmaps) as t (c, b)
      where e.workspace_id = workspace and e.at >= begins and e.at < ends and t.c = e.position >> 16
        and get_bit(t.b, e.position & 65535) = 1 and e.position between chunks[1] << 16 and (chunks[cardinality(chunks)] + 1) << 16;
    get diagnostics entries = row_count;
  end if;
  execute format('delete from public.log_text t where t.workspace_id = $1 and t.at >= $2 and t.at < $3
    and not exists (select from public.%I e where e.workspace_id = $1 and e.entry_id = t.entry_id and e.at = t.at)',
    'log_entry_' || suffix) using workspace, begins, ends;
end $$;

-- Destroys parts of one month: of the positions given those of the name given, and the words they were found by. The
-- entries themselves stay.
create or replace function purge_log_parts(workspace uuid, entry uuid, month date, names text[], chunks bigint[], bitmaps bytea[], whole boolean,
  out parts bigint)
language plpgsql security definer set search_path = pg_catalog, public as $$
declare
  begins timestamptz := month::timestamp at time zone 'UTC';
  ends   timestamptz := (month + interval '1 month')::timestamp at time zone 'UTC';
  suffix text := to_char(month, 'YYYY_MM');
begin
  insert into log_purge (workspace_id, chunk, part, entry_id, month, positions)
    select workspace, c, n, entry, month, b from unnest(names, chunks, bitmaps) as t (n, c, b);
  delete from log_text x using log_entry e, unnest(names, chunks, bitmaps) as t (n, c, b)
    where e.workspace_id = workspace and e.at >= begins and e.at < ends and t.c = e.position >> 16
      and get_bit(t.b, e.position & 65535) = 1
      and x.workspace_id = workspace and x.at = e.at and x.entry_id = e.entry_id;
  if whole then
    execute format('select count(*) from public.%I where workspace_id = $1', 'log_part_' || suffix) into parts using workspace;
    call rewrite_log_month('log_part', month, format(
      'with t as materialized (select chunk, part, positions || ''''::bytea as positions from public.log_purge where workspace_id = %L and entry_id = %L)
       select p.* from public.%I p where not exists (select from public.%I e
           join t on t.chunk = e.position >> 16
         where p.workspace_id = %L and e.workspace_id = p.workspace_id and e.entry_id = p.entry_id and e.at = p.at
           and t.part = p.name and get_bit(t.positions, (e.position & 65535)) = 1)',
      workspace, entry, 'log_part_' || suffix, 'log_entry_' || suffix, workspace));
    execute format('select $2 - count(*) from public.%I where workspace_id = $1', 'log_part_' || suffix) into parts using workspace, parts;
  else
    delete from log_part p using log_entry e, unnest(names, chunks, bitmaps) as t (n, c, b)
      where e.workspace_id = workspace and e.at >= begins and e.at < ends and t.c = e.position >> 16
        and get_bit(t.b, e.position & 65535) = 1
        and p.workspace_id = workspace and p.entry_id = e.entry_id and p.at = e.at and p.name = t.n;
    get diagnostics parts = row_count;
  end if;
end $$;
