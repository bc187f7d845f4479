-- People, departments, sessions, settings. Every table here is state: it says only "now"; how it came to be so is
-- in the ledger.

-- A seat. `named_by` is the entry that brought the name and address in force.
create table agent (
  workspace_id uuid not null references workspace,
  agent_id     uuid not null,
  name         text not null,
  email        text not null,
  role         text not null check (role in ('owner', 'admin', 'supervisor', 'agent', 'auditor')),
  state        text not null check (state in ('invited', 'active', 'deactivated')),
  named_by     uuid not null,
  created_at   timestamptz not null,
  primary key (workspace_id, agent_id)
);
create unique index agent_email_idx on agent (workspace_id, email);
create index agent_by_email_idx on agent (email);

-- How an agent proves who they are. Apart from `agent`, so that no read ever touches it.
create table agent_credential (
  workspace_id  uuid not null,
  agent_id      uuid not null,
  password_hash text not null,
  failures      integer not null default 0,
  locked_until  timestamptz,
  primary key (workspace_id, agent_id),
  foreign key (workspace_id, agent_id) references agent
);

-- A one-time link: to take a seat, or to choose a new password. Only the token's SHA-256 is kept.
create table invitation (
  workspace_id  uuid not null,
  invitation_id uuid not null,
  agent_id      uuid not null,
  kind          text not null check (kind in ('invitation', 'reset')),
  token_sha256  bytea not null,
  expires_at    timestamptz not null,
  used_at       timestamptz,
  primary key (workspace_id, invitation_id),
  foreign key (workspace_id, agent_id) references agent
);
create index invitation_by_token_idx on invitation (token_sha256);

-- A signed-in browser. `origin_entry_id` is the entry that holds its address and browser.
create table session (
  workspace_id    uuid not null,
  session_id      uuid not null,
  agent_id        uuid not null,
  token_sha256    bytea not null,
  address_sha256  bytea not null,
  origin_entry_id uuid not null,
  created_at      timestamptz not null,
  expires_at      timestamptz not null,
  ended_at        timestamptz,
  primary key (workspace_id, session_id),
  foreign key (workspace_id, agent_id) references agent
);
create unique index session_by_token_idx on session (workspace_id, token_sha256);
create index session_by_token_only_idx on session (token_sha256);
create index session_alive_by_agent_idx on session (workspace_id, agent_id) where ended_at is null;

-- A token for programs.
create table api_token (
  workspace_id uuid not null,
  api_token_id uuid not null,
  name         text not null,
  role         text not null,
  token_sha256 bytea not null,
  created_by   uuid,
  created_at   timestamptz not null,
  expires_at   timestamptz,
  revoked_at   timestamptz,
  primary key (workspace_id, api_token_id)
);
create index api_token_by_token_idx on api_token (token_sha256);

-- A group of agents that conversations can be handed to.
create table department (
  workspace_id  uuid not null references workspace,
  department_id uuid not null,
  name          text not null,
  created_at    timestamptz not null,
  primary key (workspace_id, department_id)
);
create unique index department_name_idx on department (workspace_id, lower(name));

-- Who belongs to which department now, and who leads it.
create table department_member (
  workspace_id  uuid not null,
  department_id uuid not null,
  agent_id      uuid not null,
  lead          boolean not null default false,
  primary key (workspace_id, department_id, agent_id),
  foreign key (workspace_id, department_id) references department,
  foreign key (workspace_id, agent_id) references agent
);
create index department_member_by_agent_idx on department_member (workspace_id, agent_id);

-- From when to when an agent led a department: it decides which part of history a supervisor may read.
create table department_lead_period (
  workspace_id  uuid not null,
  department_id uuid not null,
  agent_id      uuid not null,
  from_at       timestamptz not null,
  to_at         timestamptz,
  primary key (workspace_id, agent_id, department_id, from_at),
  foreign key (workspace_id, department_id) references department,
  foreign key (workspace_id, agent_id) references agent
);

-- A setting that differs from its default.
create table setting (
  workspace_id uuid not null references workspace,
  key          text not null,
  value        jsonb not null,
  primary key (workspace_id, key)
);

do $$ declare t text; begin
  foreach t in array array['agent', 'agent_credential', 'invitation', 'session', 'api_token', 'department',
    'department_member', 'department_lead_period', 'setting'] loop
    call record_changes_of(t::regclass);
  end loop;
end $$;

grant select, insert, update on agent, agent_credential, invitation, session, api_token, department,
  department_lead_period, setting to {{app}};
grant select, insert, update, delete on department_member to {{app}};
grant delete on setting to {{app}};
grant select on agent, department, department_member, department_lead_period, setting to {{read}};
grant select (workspace_id, invitation_id, agent_id, kind, token_sha256, expires_at, used_at) on invitation to {{read}};
grant select (workspace_id, session_id, agent_id, token_sha256, address_sha256, origin_entry_id, created_at, expires_at, ended_at) on session to {{read}};
grant select (workspace_id, api_token_id, name, role, token_sha256, created_at, expires_at, revoked_at) on api_token to {{read}};
