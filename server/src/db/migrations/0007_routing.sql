-- Handing over, presence, routing, snoozing, pins, priority, merging.

-- `offered_*`: handed over but not yet accepted; it stays with its holder meanwhile. `offer_entry_id`: the entry that
-- offered it. `merged_into`: the story goes on there, and this conversation never opens again. `returned_by`: who put it
-- back into the queue; the rules do not hand it to them at once.
alter table conversation
  add column snoozed_until         timestamptz,
  add column priority              text not null default 'normal' check (priority in ('low', 'normal', 'high', 'urgent')),
  add column pinned                boolean not null default false,
  add column merged_into           uuid,
  add column offered_agent_id      uuid,
  add column offered_department_id uuid,
  add column offer_entry_id        uuid,
  add column returned_by           uuid,
  add foreign key (workspace_id, merged_into) references conversation,
  add foreign key (workspace_id, offered_agent_id) references agent,
  add foreign key (workspace_id, offered_department_id) references department,
  add check (merged_into is null or status = 'resolved'),
  add check ((offered_agent_id is null and offered_department_id is null) = (offer_entry_id is null));
create index conversation_queue_idx on conversation (workspace_id, waiting_since)
  where assignee_id is null and status = 'in_progress';
create index conversation_load_idx on conversation (workspace_id, assignee_id)
  where status = 'in_progress' and snoozed_until is null;
create index conversation_snoozed_idx on conversation (snoozed_until) where snoozed_until is not null;
create index conversation_merged_idx on conversation (workspace_id, merged_into) where merged_into is not null;
create index conversation_offered_idx on conversation (workspace_id, offered_agent_id, offered_department_id)
  where offer_entry_id is not null;

-- A conversation somebody keeps at hand for themselves.
create table conversation_pin (
  workspace_id    uuid not null,
  agent_id        uuid not null,
  conversation_id uuid not null,
  primary key (workspace_id, agent_id, conversation_id),
  foreign key (workspace_id, agent_id) references agent,
  foreign key (workspace_id, conversation_id) references conversation
);

-- An agent at their desk: whether they are there, since when, and what the rules may give them. `routed_at`: when a
-- rule last gave them something, for taking turns. A router locks these rows before it counts what they hold.
create table agent_desk (
  workspace_id uuid not null,
  agent_id     uuid not null,
  presence     text not null default 'offline' check (presence in ('online', 'away', 'offline')),
  reason_code  text,
  changed_by   text check (changed_by in ('person', 'connected', 'time_out', 'admin')),
  since        timestamptz,
  capacity     integer,
  languages    text[] not null default '{}',
  routed_at    timestamptz,
  primary key (workspace_id, agent_id),
  foreign key (workspace_id, agent_id) references agent
);
create index agent_desk_present_idx on agent_desk (presence) where presence <> 'offline';

-- How conversations of a bot find somebody, where that differs from the default.
create table bot_routing (
  workspace_id           uuid not null,
  bot_id                 uuid not null,
  mode                   text not null,
  department_id          uuid,
  fallback_department_id uuid,
  primary key (workspace_id, bot_id),
  foreign key (workspace_id, bot_id) references bot,
  foreign key (workspace_id, department_id) references department,
  foreign key (workspace_id, fallback_department_id) references department
);

do $$ declare t text; begin
  foreach t in array array['conversation_pin', 'agent_desk', 'bot_routing'] loop
    call record_changes_of(t::regclass);
  end loop;
end $$;

-- When a browser of an agent was last heard from. Not state: what follows from it is recorded in agent_desk.
create table presence_beat (
  workspace_id uuid not null,
  agent_id     uuid not null,
  seen_at      timestamptz not null,
  primary key (workspace_id, agent_id)
) with (fillfactor = 50);

grant select, insert, update, delete on conversation_pin to {{app}};
grant select, insert, update on agent_desk, bot_routing, presence_beat to {{app}};
grant select on conversation_pin, agent_desk, bot_routing, presence_beat to {{read}};
