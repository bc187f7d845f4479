-- Counts by the hour, without people, bots and departments: the density of a week is read from some thousand rows,
-- however many entries the week has. `start` is the hour's first instant (UTC).
create table log_rollup_hour (
  workspace_id uuid not null,
  start        timestamptz not null,
  event        text collate "C" not null,
  outcome      text not null,
  reach        text not null,
  source       text not null,
  actor_kind   text not null,
  n            integer not null,
  primary key (workspace_id, start, event, outcome, reach, source, actor_kind)
) with (fillfactor = 80);
grant select, insert, update, delete on log_rollup_hour to {{app}};
grant select on log_rollup_hour to {{read}};

-- All counts are made anew: they are derived.
delete from log_rollup;
delete from log_rollup_plain;
delete from log_rollup_cursor;
