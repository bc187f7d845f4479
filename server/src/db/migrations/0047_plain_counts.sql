-- Counts without people, bots and departments: a few rows a day however large the team is. They answer what the
-- density of the whole log is, and where something rare was last.
create table log_rollup_plain (
  workspace_id uuid not null,
  unit         text collate "C" not null check (unit in ('day', 'month')),
  start        date not null,
  event        text collate "C" not null,
  outcome      text not null,
  reach        text not null,
  source       text not null,
  actor_kind   text not null,
  n            integer not null,
  primary key (workspace_id, unit, start, event, outcome, reach, source, actor_kind)
) with (fillfactor = 80);
grant select, insert, update, delete on log_rollup_plain to {{app}};
grant select on log_rollup_plain to {{read}};

-- Whose entries they are, as conditions ask for it: by who acted, and by whom it concerned.
create index log_rollup_by_actor_idx on log_rollup
  (workspace_id, unit, (nullif(actor_id, '00000000-0000-0000-0000-000000000000'::uuid)), start);
create index log_rollup_by_agent_idx on log_rollup using gin (agent_ids) where unit = 'month';

-- All counts are made anew: they are derived.
delete from log_rollup;
delete from log_rollup_cursor;
