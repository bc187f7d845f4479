-- Retention: what is destroyed when, by whose wish, and what the ledger keeps of it.

-- How long something of the log is kept: entries of an event class with all their parts, or only their parts. `event` is
-- '*', an area ('message.*') or one event; `bot_id` and `part` narrow it. `days` null: for ever. The most specific rule
-- decides.
create table retention_rule (
  workspace_id uuid not null references workspace,
  rule_id      uuid not null,
  what         text not null check (what in ('entries', 'parts')),
  event        text collate "C" not null,
  bot_id       uuid,
  part         text collate "C",
  days         integer check (days between 1 and 36500),
  primary key (workspace_id, rule_id),
  foreign key (workspace_id, bot_id) references bot,
  check (what = 'parts' or part is null)
);
create unique index retention_rule_class_idx on retention_rule
  (workspace_id, what, event, coalesce(bot_id, '00000000-0000-0000-0000-000000000000'), coalesce(part, ''));

-- One destruction: asked for by one person, approved by another, then done month by month. `rules` are the rules as they
-- were when it was asked for, `as_of` the day their ages are counted from: what was approved is what goes.
create table retention_run (
  workspace_id  uuid not null references workspace,
  run_id        uuid not null,
  state         text not null check (state in ('requested', 'running', 'done', 'stopped', 'declined')),
  rules         jsonb not null,
  as_of         date not null,
  requested_by  uuid not null,
  requested_at  timestamptz not null,
  approved_by   uuid,
  ended_at      timestamptz,
  -- what the preview said would go
  entries       bigint not null,
  parts         bigint not null,
  -- what went so far
  entries_gone  bigint not null default 0,
  parts_gone    bigint not null default 0,
  steps         integer not null default 0,
  primary key (workspace_id, run_id)
);
create unique index retention_run_open_idx on retention_run (workspace_id) where state in ('requested', 'running');
create index retention_run_by_time_idx on retention_run (workspace_id, requested_at desc);

-- Which leaves (`part` = '') and which parts were destroyed by rule: 65,536 positions a row, from chunk * 65536 on, one
-- bit each, the lowest bit of a byte first. The entry `entry_id` (retention.applied) holds the digest of its rows, so
-- that nobody can add to what was destroyed on record. The hashes of destroyed leaves stay in log_tile.
create table log_purge (
  workspace_id uuid not null,
  chunk        bigint not null,
  part         text collate "C" not null,
  entry_id     uuid not null,
  month        date not null,
  positions    bytea not null,
  primary key (workspace_id, chunk, part, entry_id)
);
create index log_purge_by_entry_idx on log_purge (workspace_id, entry_id, part, chunk);

do $$ declare t text; begin
  foreach t in array array['retention_rule', 'retention_run', 'log_purge'] loop
    call record_changes_of(t::regclass);
  end loop;
end $$;

-- Replaces what a monthly table of the log holds by `kept`, as one rewrite: its files are given back at once, which
-- takes no longer for a million rows than for one. Whoever reads the table is waited for, for two seconds.
create procedure rewrite_log_month(parent text, month date, kept text) language plpgsql
set search_path = pg_catalog, public as $$
declare
  partition text := format('public.%I', parent || '_' || to_char(month, 'YYYY_MM'));
  scratch   text := format('public.%I', parent || '_' || to_char(month, 'YYYY_MM') || '_kept');
begin
  execute format('create unlogged table %s (like %s including defaults including storage)', scratch, partition);
  execute format('insert into %s %s', scratch, kept);
  perform set_config('lock_timeout', '2s', true);
  execute format('truncate %s', partition);
  perform set_config('lock_timeout', '0', true);
  execute format('insert into %s select * from %s', partition, scratch);
  execute format('drop table %s', scratch);
end $$;
revoke all on procedure rewrite_log_month(text, date, text) from public;

-- Destroys leaves of one month with their parts and words: those of the positions given, no others. The application
-- may not do that by itself, and this not without an entry in the same transaction: log_purge's trigger looks at commit.
-- `whole`: most of the month goes, so the rest is set aside and put back. Returns how many entries and parts went.
create function purge_log_entries(workspace uuid, entry uuid, month date, chunks bigint[], bitmaps bytea[], whole boolean,
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
      'select e.* from public.%I e left join (select chunk, positions from public.log_purge where workspace_id = %L and entry_id = %L) t
         on e.workspace_id = %L and t.chunk = e.position >> 16
       where t.chunk is null or get_bit(t.positions, (e.position & 65535)) = 0', 'log_entry_' || suffix, workspace, entry, workspace));
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
  delete from log_text t where t.workspace_id = workspace and t.at >= begins and t.at < ends
    and not exists (select from log_entry e where e.workspace_id = workspace and e.entry_id = t.entry_id and e.at = t.at);
end $$;

-- Destroys parts of one month: of the positions given those of the name given, and the words they were found by. The
-- entries themselves stay.
create function purge_log_parts(workspace uuid, entry uuid, month date, names text[], chunks bigint[], bitmaps bytea[], whole boolean,
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
      'select p.* from public.%I p where not exists (select from public.%I e
           join (select chunk, part, positions from public.log_purge where workspace_id = %L and entry_id = %L) t on t.chunk = e.position >> 16
         where p.workspace_id = %L and e.workspace_id = p.workspace_id and e.entry_id = p.entry_id and e.at = p.at
           and t.part = p.name and get_bit(t.positions, (e.position & 65535)) = 1)',
      'log_part_' || suffix, 'log_entry_' || suffix, workspace, entry, workspace));
    execute format('select $2 - count(*) from public.%I where workspace_id = $1', 'log_part_' || suffix) into parts using workspace, parts;
  else
    delete from log_part p using log_entry e, unnest(names, chunks, bitmaps) as t (n, c, b)
      where e.workspace_id = workspace and e.at >= begins and e.at < ends and t.c = e.position >> 16
        and get_bit(t.b, e.position & 65535) = 1
        and p.workspace_id = workspace and p.entry_id = e.entry_id and p.at = e.at and p.name = t.n;
    get diagnostics parts = row_count;
  end if;
end $$;

revoke all on function purge_log_entries(uuid, uuid, date, bigint[], bytea[], boolean) from public;
revoke all on function purge_log_parts(uuid, uuid, date, text[], bigint[], bytea[], boolean) from public;
grant execute on function purge_log_entries(uuid, uuid, date, bigint[], bytea[], boolean) to {{app}};
grant execute on function purge_log_parts(uuid, uuid, date, text[], bigint[], bytea[], boolean) to {{app}};

grant select, insert, update, delete on retention_rule to {{app}};
grant select, insert, update on retention_run to {{app}};
grant select on log_purge, log_checkpoint to {{app}};
grant select on retention_rule, retention_run, log_purge to {{read}};
