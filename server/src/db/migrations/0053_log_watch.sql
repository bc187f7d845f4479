-- Pages that stand open over the log and show what comes. One row for whoever watches by one filter: what they were shown
-- since the last entry that tells of it (`told_at`). Written before an answer leaves, so a node that dies forgets nothing;
-- within a minute it becomes an entry `log.viewed`. `sealed` holds who watches and by which filter, under the installation
-- key: the words of a filter may be a person's.
create table log_watch (
  workspace_id   uuid not null references workspace,
  watch_id       uuid not null,
  sealed         bytea not null,
  told_at        timestamptz not null,
  seen_at        timestamptz not null,
  count          integer not null,
  first_position bigint,
  last_position  bigint,
  primary key (workspace_id, watch_id)
);
create index log_watch_by_age_idx on log_watch (workspace_id, told_at);

grant select, insert, update, delete on log_watch to {{app}};
