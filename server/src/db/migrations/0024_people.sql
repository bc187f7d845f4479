-- Roles of the workspace's own, switches and bots of a person, second factors, reviews of access.

-- A role made of the same permissions as the built-in ones. Its key stands in entries, so it is never used again; a
-- deleted role keeps its row.
create table role (
  workspace_id        uuid not null references workspace,
  role                text not null,
  name                text not null,
  scope               text not null check (scope in ('own', 'departments', 'all')),
  permissions         text[] not null,
  withheld            boolean not null,
  takes_conversations boolean not null,
  created_at          timestamptz not null,
  deleted_at          timestamptz,
  primary key (workspace_id, role)
);
create unique index role_name_idx on role (workspace_id, lower(name)) where deleted_at is null;

-- `bots`: whom an agent serves; null: all.
alter table agent drop constraint agent_role_check;
alter table agent
  add column bots uuid[],
  add check (role in ('owner', 'admin', 'supervisor', 'agent', 'auditor') or role like 'custom.%');

-- A switch that was put on or off for one person, whatever their role says.
create table agent_switch (
  workspace_id uuid not null,
  agent_id     uuid not null,
  switch       text not null,
  granted      boolean not null,
  primary key (workspace_id, agent_id, switch),
  foreign key (workspace_id, agent_id) references agent
);

-- `serves`: whether the rules give this person conversations; null: as their role has it.
alter table agent_desk add column serves boolean;
alter table agent_desk drop constraint agent_desk_changed_by_check;
alter table agent_desk add check (changed_by in ('person', 'connected', 'time_out', 'admin', 'signed_out'));

alter table session add column method text not null default 'password';
-- Null: everything its role may.
alter table api_token add column permissions text[];

-- When a program last used its token, to the minute. Not state: what it did is recorded for itself.
create table api_token_use (
  workspace_id uuid not null,
  api_token_id uuid not null,
  used_at      timestamptz not null,
  primary key (workspace_id, api_token_id),
  foreign key (workspace_id, api_token_id) references api_token
);

-- The secret of a second factor, sealed by the installation key. `last_step`: the newest 30-second step whose code was
-- taken; no code is good twice.
create table agent_two_factor (
  workspace_id uuid not null,
  agent_id     uuid not null,
  sealed       bytea not null,
  enabled_at   timestamptz not null,
  last_step    bigint not null,
  primary key (workspace_id, agent_id),
  foreign key (workspace_id, agent_id) references agent
);

-- A code that stands in for the second factor once. Only its SHA-256 is kept.
create table recovery_code (
  workspace_id uuid not null,
  agent_id     uuid not null,
  code_sha256  bytea not null,
  used_at      timestamptz,
  primary key (workspace_id, agent_id, code_sha256),
  foreign key (workspace_id, agent_id) references agent
);

-- Who last looked over what somebody may, and by which entry.
create table access_review (
  workspace_id uuid not null,
  agent_id     uuid not null,
  reviewed_by  uuid not null,
  reviewed_at  timestamptz not null,
  entry_id     uuid not null,
  primary key (workspace_id, agent_id),
  foreign key (workspace_id, agent_id) references agent
);

do $$ declare t text; begin
  foreach t in array array['role', 'agent_switch', 'agent_two_factor', 'recovery_code', 'access_review'] loop
    call record_changes_of(t::regclass);
  end loop;
end $$;

grant select, insert, update on role, access_review, api_token_use to {{app}};
grant select, insert, update, delete on agent_switch, agent_two_factor, recovery_code to {{app}};
grant select on role, agent_switch, access_review, api_token_use to {{read}};
grant select (workspace_id, agent_id, enabled_at) on agent_two_factor to {{read}};
grant select (workspace_id, agent_id, used_at) on recovery_code to {{read}};
grant select (method) on session to {{read}};
grant select (permissions, created_by) on api_token to {{read}};
