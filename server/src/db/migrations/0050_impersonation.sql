-- Somebody acts in a colleague's name, in one of their own sessions. `agent_id`: who really acts; `in_name_of`: whose
-- desk they see and whose name their deeds carry beside their own.
create table impersonation (
  workspace_id     uuid not null,
  impersonation_id uuid not null,
  session_id       uuid not null,
  agent_id         uuid not null,
  in_name_of       uuid not null,
  started_at       timestamptz not null,
  expires_at       timestamptz not null,
  ended_at         timestamptz,
  primary key (workspace_id, impersonation_id),
  foreign key (workspace_id, session_id) references session,
  foreign key (workspace_id, agent_id) references agent,
  foreign key (workspace_id, in_name_of) references agent
);
-- A session acts in one name at a time.
create unique index impersonation_by_session_idx on impersonation (workspace_id, session_id) where ended_at is null;

call record_changes_of('impersonation');
grant select, insert, update on impersonation to {{app}};
grant select on impersonation to {{read}};
