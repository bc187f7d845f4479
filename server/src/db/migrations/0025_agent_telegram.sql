-- Signing in elsewhere (OpenID Connect), and agents' own Telegram accounts.

-- Where the workspace's people may sign in beside here. `sealed_secret`: the client's secret, sealed by the
-- installation key; null for a public client.
create table oidc_provider (
  workspace_id  uuid not null references workspace,
  issuer        text not null,
  client_id     text not null,
  label         text not null,
  sealed_secret bytea,
  primary key (workspace_id)
);

-- Who somebody is at that provider. An address was invited first: nobody gets a seat by signing in.
create table agent_identity (
  workspace_id uuid not null,
  agent_id     uuid not null,
  issuer       text not null,
  subject      text not null,
  linked_at    timestamptz not null,
  primary key (workspace_id, issuer, subject),
  foreign key (workspace_id, agent_id) references agent
);
create index agent_identity_by_agent_idx on agent_identity (workspace_id, agent_id);

-- An agent's own Telegram account, and what they want to be told there. `chat_id`: null until the code came back.
-- `code_sha256`: of the code that links it, good until `code_until`.
create table agent_telegram (
  workspace_id      uuid not null,
  agent_id          uuid not null,
  bot_id            uuid not null,
  chat_id           bigint,
  code_sha256       bytea,
  code_until        timestamptz,
  linked_at         timestamptz,
  on_assigned       boolean not null default true,
  on_waiting        boolean not null default true,
  waiting_minutes   integer not null default 5,
  quiet_when_online boolean not null default true,
  language          text not null default 'en',
  primary key (workspace_id, agent_id),
  foreign key (workspace_id, agent_id) references agent,
  foreign key (workspace_id, bot_id) references bot
);
create index agent_telegram_by_code_idx on agent_telegram (workspace_id, bot_id, code_sha256) where code_sha256 is not null;
create index agent_telegram_by_chat_idx on agent_telegram (workspace_id, bot_id, chat_id) where chat_id is not null;

-- Notices that Telegram is still to be told. Machinery like telegram_outbox: that one was sent, or why not, is recorded.
-- `cause`: the entry it tells of, or for a wait the conversation's `waiting_since`; nobody is told the same twice.
create table telegram_notice (
  workspace_id    uuid not null,
  notice_id       uuid not null,
  bot_id          uuid not null,
  agent_id        uuid not null,
  conversation_id uuid,
  kind            text not null check (kind in ('linked', 'assigned', 'waiting')),
  cause           text not null,
  state           text not null check (state in ('waiting', 'sending', 'done')),
  attempts        integer not null default 0,
  next_at         timestamptz not null default now(),
  queued_at       timestamptz not null default now(),
  primary key (workspace_id, notice_id)
);
create unique index telegram_notice_once_idx on telegram_notice (workspace_id, agent_id, kind, conversation_id, cause);
create index telegram_notice_waiting_idx on telegram_notice (workspace_id, bot_id, next_at) where state <> 'done';

-- How far in the log assignments have been looked at for notices.
create table telegram_notice_cursor (
  workspace_id uuid not null references workspace,
  position     bigint not null,
  primary key (workspace_id)
);

do $$ declare t text; begin
  foreach t in array array['oidc_provider', 'agent_identity', 'agent_telegram'] loop
    call record_changes_of(t::regclass);
  end loop;
end $$;

grant select, insert, update, delete on oidc_provider, agent_identity, agent_telegram, telegram_notice, telegram_notice_cursor to {{app}};
grant select (workspace_id, issuer, client_id, label) on oidc_provider to {{read}};
grant select on agent_identity to {{read}};
grant select (workspace_id, agent_id, bot_id, chat_id, linked_at, code_until, on_assigned, on_waiting, waiting_minutes, quiet_when_online, language)
  on agent_telegram to {{read}};
grant select on telegram_notice, telegram_notice_cursor to {{read}};
