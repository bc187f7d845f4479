-- Disputes: case files over a customer, a conversation or a span of time.

-- A case as it stands. Its words are parts of the entries it points to; `hold_id` keeps what it is about from being
-- destroyed. `department_ids`: the departments it concerned when it was opened, whose leaders see it.
create table dispute (
  workspace_id    uuid not null references workspace,
  dispute_id      uuid not null,
  kind            text not null check (kind in ('customer', 'conversation', 'range')),
  customer_id     uuid,
  conversation_id uuid,
  from_at         timestamptz,
  to_at           timestamptz,
  state           text not null check (state in ('open', 'decided', 'closed')),
  outcome         text check (outcome in ('upheld', 'partly_upheld', 'dismissed', 'unproven')),
  department_ids  uuid[] not null,
  hold_id         uuid not null,
  entry_id        uuid not null,
  opened_at       timestamptz not null,
  opened_by       uuid,
  primary key (workspace_id, dispute_id),
  foreign key (workspace_id, customer_id) references customer,
  foreign key (workspace_id, conversation_id) references conversation,
  foreign key (workspace_id, hold_id) references hold,
  check (kind = 'range' or customer_id is not null),
  check ((kind = 'conversation') = (conversation_id is not null)),
  check (kind <> 'range' or (from_at is not null and to_at is not null)),
  check (state <> 'decided' or outcome is not null)
);
create index dispute_by_age_idx on dispute (workspace_id, opened_at, dispute_id);
create index dispute_by_customer_idx on dispute (workspace_id, customer_id) where customer_id is not null;

-- Who was asked to take part, and does.
create table dispute_participant (
  workspace_id uuid not null,
  dispute_id   uuid not null,
  agent_id     uuid not null,
  role         text not null check (role in ('concerned', 'witness', 'reviewer')),
  primary key (workspace_id, dispute_id, agent_id),
  foreign key (workspace_id, dispute_id) references dispute,
  foreign key (workspace_id, agent_id) references agent
);
create index dispute_participant_by_agent_idx on dispute_participant (workspace_id, agent_id);

-- The case file: every entry that was recorded of the case. `about_entry_id`: the entry of the log that it speaks of.
create table dispute_item (
  workspace_id   uuid not null,
  dispute_id     uuid not null,
  entry_id       uuid not null,
  event          text not null,
  about_entry_id uuid,
  at             timestamptz not null,
  primary key (workspace_id, dispute_id, entry_id),
  foreign key (workspace_id, dispute_id) references dispute
);
create unique index dispute_item_laid_once_idx on dispute_item (workspace_id, dispute_id, about_entry_id)
  where event = 'dispute.entry_added';

do $$ declare t text; begin
  foreach t in array array['dispute', 'dispute_participant', 'dispute_item'] loop
    call record_changes_of(t::regclass);
  end loop;
end $$;

grant select, insert, update on dispute to {{app}};
grant select, insert, delete on dispute_participant to {{app}};
grant select, insert on dispute_item to {{app}};
grant select on dispute, dispute_participant, dispute_item to {{read}};
