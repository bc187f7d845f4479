-- The explorer of the log: what finds and counts entries fast, saved views, reveals, alerts.

-- Three indexes over few rows each, so that they cost writing next to nothing: what was refused or failed; what is about
-- something outside conversations (a setting, a label, an agent); what is about a customer outside conversations.
create index log_entry_not_done_idx on log_entry (workspace_id, at, entry_id) where outcome <> 'done';
create index log_entry_by_subject_idx on log_entry (workspace_id, subject_id, at, entry_id) where conversation_id is null;
create index log_entry_by_customer_alone_idx on log_entry (workspace_id, customer_id, at, entry_id) where conversation_id is null and customer_id is not null;

-- The word index is walked by time for common words.
alter table log_text drop constraint log_text_pkey;
alter table log_text add primary key (workspace_id, at, entry_id, owner);

-- Derived, rebuilt at will: how many entries of each kind there are, by day and by month (UTC). It answers counts, facets
-- and the density of the log, and tells a search in which days there is something to find. `combination` is the MD5 of
-- the columns behind it. No id here is null: the zero UUID stands for "none", and for actors that are customers.
create table log_rollup (
  workspace_id   uuid not null,
  unit           text collate "C" not null check (unit in ('day', 'month')),
  start          date not null,
  combination    uuid not null,
  event          text collate "C" not null,
  outcome        text not null,
  reach          text not null,
  source         text not null,
  actor_kind     text not null,
  actor_id       uuid not null,
  bot_id         uuid not null,
  agent_ids      uuid[] not null,
  department_ids uuid[] not null,
  n              integer not null,
  primary key (workspace_id, unit, start, combination)
) with (fillfactor = 80);

-- How far into the ledger the rollup has come: every entry before this position is counted in it, none after.
create table log_rollup_cursor (
  workspace_id uuid primary key,
  position     bigint not null
);
grant select on log_entry to {{app}};
grant select, insert, update, delete on log_rollup, log_rollup_cursor to {{app}};
grant select on log_rollup, log_rollup_cursor to {{read}};

-- A filter of the log under a name, for its owner or for everybody. `sealed` holds name and filter under the
-- installation key: either may be a person's name.
create table log_view (
  workspace_id uuid not null references workspace,
  log_view_id  uuid not null,
  owner_id     uuid not null,
  shared       boolean not null,
  sealed       bytea not null,
  changed_at   timestamptz not null,
  primary key (workspace_id, log_view_id),
  foreign key (workspace_id, owner_id) references agent
);

-- Somebody's wish to see what is withheld from them, of an entry or a whole conversation. In force while `open` and
-- not expired. `entry_id` holds the reason.
create table log_reveal (
  workspace_id uuid not null references workspace,
  reveal_id    uuid not null,
  agent_id     uuid not null,
  kind         text not null check (kind in ('entry', 'conversation')),
  target_id    uuid not null,
  state        text not null check (state in ('waiting', 'open', 'declined')),
  requested_at timestamptz not null,
  expires_at   timestamptz,
  decided_by   uuid,
  entry_id     uuid not null,
  primary key (workspace_id, reveal_id),
  foreign key (workspace_id, agent_id) references agent
);
create index log_reveal_by_agent_idx on log_reveal (workspace_id, agent_id, state);

-- Who has taken note of an alert; the alert itself is an entry.
create table alert_acknowledgement (
  workspace_id   uuid not null references workspace,
  alert_entry_id uuid not null,
  agent_id       uuid not null,
  at             timestamptz not null,
  primary key (workspace_id, alert_entry_id),
  foreign key (workspace_id, agent_id) references agent
);

-- How far the alert rules have read the ledger.
create table alert_cursor (
  workspace_id uuid primary key,
  position     bigint not null
);

-- When a rule last raised an alert about somebody or something, so that it does not raise it for every further entry.
create table alert_fired (
  workspace_id uuid not null,
  alert        text not null,
  about        text not null,
  at           timestamptz not null,
  primary key (workspace_id, alert, about)
);

-- An alert on its way to somebody outside the console. Removed once it arrived or was given up, which is recorded.
create table alert_delivery (
  workspace_id   uuid not null,
  alert_entry_id uuid not null,
  channel        text not null check (channel in ('email', 'telegram', 'webhook')),
  attempts       integer not null default 0,
  next_at        timestamptz not null default now(),
  primary key (workspace_id, alert_entry_id, channel)
);
create index alert_delivery_due_idx on alert_delivery (next_at);

do $$ declare t text; begin
  foreach t in array array['log_view', 'log_reveal', 'alert_acknowledgement'] loop
    call record_changes_of(t::regclass);
  end loop;
end $$;
grant select, insert, update, delete on log_view to {{app}};
grant select, insert, update on log_reveal to {{app}};
grant select, insert on alert_acknowledgement to {{app}};
grant select, insert, update, delete on alert_cursor, alert_fired, alert_delivery to {{app}};
grant select on log_view, log_reveal, alert_acknowledgement, alert_cursor, alert_fired, alert_delivery to {{read}};
