-- What colleagues typed about somebody who was erased: their names in searches, reasons, names of views, notes and cases.

-- One row an erasure, until everything typed has been looked through; longer while a hold keeps something of it. `known`
-- is by what the person was known, sealed by the installation key: nothing else says it any more. `event`, `at` and
-- `after_id` are the place up to which entries were looked at; `holds` the holds in force when the end was reached with
-- something kept, null while it is under way.
create table mention_search (
  workspace_id uuid not null references workspace,
  entry_id     uuid not null,
  customer_id  uuid not null,
  known        bytea not null,
  event        text collate "C" not null default '',
  at           timestamptz not null default '-infinity',
  after_id     uuid not null default '00000000-0000-0000-0000-000000000000',
  held         integer not null default 0,
  holds        uuid[],
  primary key (workspace_id, entry_id)
);
grant select, insert, update, delete on mention_search to {{app}};
grant select (workspace_id, entry_id, customer_id, event, at, after_id, held, holds) on mention_search to {{read}};

-- Destroys single parts wherever they lie, with the words they were found by. The list of their positions is stored
-- first, as retention does, and only what it names goes; the entry that vouches for it is wanted at commit.
create function purge_log_mentions(workspace uuid, entry uuid, names text[], chunks bigint[], bitmaps bytea[],
  entry_ids uuid[], times timestamptz[], part_names text[], out parts bigint)
language plpgsql security definer set search_path = pg_catalog, public as $$
begin
  insert into log_purge (workspace_id, chunk, part, entry_id, month, positions)
    select workspace, c, n, entry, date_trunc('month', now() at time zone 'UTC')::date, b
    from unnest(names, chunks, bitmaps) as t (n, c, b);
  delete from log_text x using unnest(entry_ids, times, part_names) as g (id, at, part)
    join log_part p on p.workspace_id = workspace and p.entry_id = g.id and p.at = g.at and p.name = g.part
    where x.workspace_id = workspace and x.at = g.at and x.entry_id = g.id and x.owner = p.owner;
  delete from log_part p using unnest(entry_ids, times, part_names) as g (id, at, part)
    join log_entry e on e.workspace_id = workspace and e.entry_id = g.id and e.at = g.at
    where p.workspace_id = workspace and p.entry_id = g.id and p.at = g.at and p.name = g.part
      and exists (select from unnest(names, chunks, bitmaps) as t (n, c, b)
        where t.n = g.part and t.c = e.position >> 16 and get_bit(t.b, (e.position & 65535)::int) = 1);
  get diagnostics parts = row_count;
end $$;
revoke all on function purge_log_mentions(uuid, uuid, text[], bigint[], bytea[], uuid[], timestamptz[], text[]) from public;
grant execute on function purge_log_mentions(uuid, uuid, text[], bigint[], bytea[], uuid[], timestamptz[], text[]) to {{app}};
