-- Legal holds: what must not be destroyed, whatever retention or a request says.

-- A hold covers a customer, a conversation, or everything that happened within a span of time (`to_at` excluded; open
-- where null). It is in force until it is released; `entry_id` holds the reason.
create table hold (
  workspace_id    uuid not null references workspace,
  hold_id         uuid not null,
  kind            text not null check (kind in ('customer', 'conversation', 'range')),
  customer_id     uuid,
  conversation_id uuid,
  from_at         timestamptz,
  to_at           timestamptz,
  cause           text not null check (cause in ('dispute', 'legal', 'authority', 'inquiry')),
  entry_id        uuid not null,
  placed_by       uuid,
  placed_at       timestamptz not null,
  released_at     timestamptz,
  released_entry_id uuid,
  primary key (workspace_id, hold_id),
  foreign key (workspace_id, customer_id) references customer,
  foreign key (workspace_id, conversation_id) references conversation,
  check ((kind = 'customer') = (customer_id is not null)),
  check ((kind = 'conversation') = (conversation_id is not null)),
  check ((kind = 'range') = (from_at is not null or to_at is not null)),
  check (from_at is null or to_at is null or from_at < to_at)
);
create index hold_in_force_idx on hold (workspace_id, kind) where released_at is null;

call record_changes_of('hold');
grant select, insert, update on hold to {{app}};
grant select on hold to {{read}};
