-- Privacy: what customers asked about their data, what they agreed to, and how a person's key is destroyed.

-- `restricted_at`: since then their data is only stored. `erased_at`: since then nobody knows who they were; the other
-- personal columns are empty, and a Telegram account that writes again is somebody new.
alter table customer add column restricted_at timestamptz, add column erased_at timestamptz;

-- What a customer asked. Their words are a part of the entry `opened_by`.
create table privacy_request (
  workspace_id         uuid not null references workspace,
  privacy_request_id   uuid not null,
  customer_id          uuid not null,
  kind                 text not null check (kind in ('access', 'rectification', 'restriction', 'erasure')),
  channel              text not null check (channel in ('telegram', 'email', 'letter', 'other')),
  state                text not null check (state in ('open', 'closed')),
  outcome              text check (outcome in ('fulfilled', 'refused', 'withdrawn')),
  opened_at            timestamptz not null,
  opened_by            uuid not null,
  due_at               timestamptz not null,
  closed_at            timestamptz,
  -- the first of the two persons an erasure needs
  erasure_requested_by uuid,
  -- how far its lateness has been recorded: nothing, that it is due soon, that it is overdue
  warned               text check (warned in ('soon', 'overdue')),
  -- the package made last, and by whom: only they may have it
  package_id           uuid,
  package_by           uuid,
  package_sha256       text,
  primary key (workspace_id, privacy_request_id),
  foreign key (workspace_id, customer_id) references customer,
  check ((state = 'closed') = (outcome is not null))
);
create index privacy_request_due_idx on privacy_request (workspace_id, due_at, privacy_request_id) where state = 'open';
create index privacy_request_by_customer_idx on privacy_request (workspace_id, customer_id);

-- Whether a customer agrees to a purpose, as they said last. How they came to it is in the ledger.
create table consent (
  workspace_id uuid not null,
  customer_id  uuid not null,
  purpose      text not null,
  state        text not null check (state in ('given', 'withdrawn')),
  at           timestamptz not null,
  primary key (workspace_id, customer_id, purpose),
  foreign key (workspace_id, customer_id) references customer
);

do $$ declare t text; begin
  foreach t in array array['privacy_request', 'consent'] loop
    call record_changes_of(t::regclass);
  end loop;
end $$;

-- Up to which position the log was read for what customers ask a bot about their data. Derived: it only spares looking
-- again, and moves in the transaction that answers.
create table privacy_cursor (
  workspace_id uuid primary key,
  position     bigint not null
);

grant select, insert, update on privacy_request to {{app}};
grant select, insert, update, delete on consent, privacy_cursor to {{app}};
grant select on privacy_request, consent, privacy_cursor to {{read}};
-- What a person's erasure reaches, and what a hold keeps, is found inside the transaction that erases.
grant select on log_entry to {{app}};

-- Destroys the key of `who` and every part sealed under it, and returns how many parts that were. The application may
-- do neither by itself, and this not without an entry in the same transaction: the trigger below looks at commit.
create function destroy_subject_key(workspace uuid, who text, entry uuid, entry_ids uuid[], times timestamptz[]) returns integer
language plpgsql security definer set search_path = pg_catalog, public as $$
declare
  gone integer;
begin
  update subject_key set wrapped = null, erased_at = clock_timestamp(), erased_by = entry
    where workspace_id = workspace and owner = who and wrapped is not null;
  delete from log_part p using unnest(entry_ids, times) as e (id, at)
    where p.workspace_id = workspace and p.entry_id = e.id and p.at = e.at and p.owner = who
      and exists (select from subject_key k where k.workspace_id = workspace and k.owner = who and k.wrapped is null);
  get diagnostics gone = row_count;
  return gone;
end $$;
create constraint trigger is_recorded_erasure after update of wrapped on subject_key
  deferrable initially deferred for each row execute function require_ledger_entry();

revoke all on function destroy_subject_key(uuid, text, uuid, uuid[], timestamptz[]) from public;
grant execute on function destroy_subject_key(uuid, text, uuid, uuid[], timestamptz[]) to {{app}};

-- Nothing is sent to somebody whose data is restricted or erased, whoever tries: only the answer to what they ask about
-- their data, which the rule of that id gives, still goes out.
-- Step by step, each by a primary key: joined, a plan made while the tables were empty walks whole conversations.
create function require_open_customer() returns trigger
language plpgsql security definer set search_path = pg_catalog, public as $$
declare
  author uuid;
  conversation_of uuid;
  customer_of uuid;
begin
  select author_id, conversation_id into author, conversation_of from message
    where workspace_id = new.workspace_id and message_id = new.message_id;
  if author = '00000000-0000-8000-8000-000000000003' then return null; end if;
  select customer_id into customer_of from conversation
    where workspace_id = new.workspace_id and conversation_id = conversation_of;
  if exists (select from customer where workspace_id = new.workspace_id and customer_id = customer_of
      and (erased_at is not null or restricted_at is not null)) then
    raise exception 'the data of this customer is restricted' using errcode = 'TD003';
  end if;
  return null;
end $$;
create trigger customer_is_open after insert on telegram_outbox for each row execute function require_open_customer();

-- Nor is anything added to what is known of them.
create function require_open_person() returns trigger
language plpgsql security definer set search_path = pg_catalog, public as $$
declare
  person uuid;
begin
  if tg_table_name = 'note' then
    select c.customer_id into person from conversation c where c.workspace_id = new.workspace_id and c.conversation_id = new.conversation_id;
  else
    person := new.customer_id;
  end if;
  if exists (select from customer u where u.workspace_id = new.workspace_id and u.customer_id = person
      and (u.erased_at is not null or u.restricted_at is not null)) then
    raise exception 'the data of this customer is restricted' using errcode = 'TD003';
  end if;
  return null;
end $$;
create trigger person_is_open after insert or update on note for each row execute function require_open_person();
create trigger person_is_open after insert or update on customer_field for each row execute function require_open_person();
create trigger person_is_open after insert or update on customer_label for each row execute function require_open_person();
