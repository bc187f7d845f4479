-- Who looked: an entry that tells of a look names whom and what it showed within its facts, not in a column.

-- Every id that stands in a leaf. A leaf is at most 4 KB of JSON; ids are written in small letters.
create function ids_named_in(leaf bytea) returns uuid[] language sql immutable parallel safe as $$
  select coalesce(array_agg(distinct found[1]::uuid), '{}') from regexp_matches(encode(leaf, 'escape'),
    '([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})', 'g') as found
$$;

-- Looks alone: of all other entries this index knows nothing.
create index log_entry_looks_idx on log_entry using gin (ids_named_in(leaf))
  where event in ('log.viewed', 'log.revealed');
