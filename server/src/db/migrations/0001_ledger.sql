-- The ledger: entries on their way, entries in the tree, their personal parts, and the tree itself.
-- What a row means stands above each table. {{app}}, {{ledger}} and {{read}} are the names of the database roles.

-- One row per tenant: its own people, bots, log and keys.
create table workspace (
  workspace_id uuid primary key,
  name         text not null,
  created_at   timestamptz not null
);

-- An entry that is committed but not yet in the tree. The sequencer takes rows out in the order of `ordinal`.
-- `xact` ties the row to the transaction that wrote it: the commit check below looks for it.
create table log_pending (
  workspace_id    uuid not null,
  entry_id        uuid not null,
  ordinal         bigint generated always as identity,
  xact            xid8 not null default pg_current_xact_id(),
  at              timestamptz not null,
  recorded_at     timestamptz not null,
  event           text collate "C" not null,
  version         smallint not null,
  outcome         text not null,
  reach           text not null,
  actor_kind      text not null,
  actor_id        uuid,
  subject_kind    text not null,
  subject_id      text not null,
  conversation_id uuid,
  customer_id     uuid,
  bot_id          uuid,
  agent_ids       uuid[] not null,
  department_ids  uuid[] not null,
  source          text not null,
  leaf            bytea not null,
  mac             bytea not null,
  primary key (workspace_id, entry_id)
);
create index log_pending_by_xact_idx on log_pending (workspace_id, xact);
create index log_pending_by_ordinal_idx on log_pending (ordinal);

-- An entry in the tree. `leaf` is what was hashed; the columns beside it are a projection for finding and sorting,
-- which `verify` compares with the leaf. Partitioned by the month of `at`.
create table log_entry (
  workspace_id    uuid not null,
  entry_id        uuid not null,
  position        bigint not null,
  at              timestamptz not null,
  recorded_at     timestamptz not null,
  event           text collate "C" not null,
  version         smallint not null,
  outcome         text not null,
  reach           text not null,
  actor_kind      text not null,
  actor_id        uuid,
  subject_kind    text not null,
  subject_id      text not null,
  conversation_id uuid,
  customer_id     uuid,
  bot_id          uuid,
  agent_ids       uuid[] not null,
  department_ids  uuid[] not null,
  source          text not null,
  leaf            bytea not null,
  primary key (workspace_id, entry_id, at)
) partition by range (at);
create index log_entry_by_position_idx on log_entry (workspace_id, position);
create index log_entry_by_at_idx on log_entry (workspace_id, at, entry_id);
create index log_entry_by_event_idx on log_entry (workspace_id, event, at, entry_id);
create index log_entry_by_actor_idx on log_entry (workspace_id, actor_id, at, entry_id) where actor_id is not null;
create index log_entry_by_conversation_idx on log_entry (workspace_id, conversation_id, at, entry_id) where conversation_id is not null;

-- A personal piece of an entry: 12-byte nonce ‖ AES-256-GCM(salt ‖ bytes) ‖ tag under the owner's key.
-- The leaf holds only its commitment. Partitioned like the entries.
create table log_part (
  workspace_id uuid not null,
  entry_id     uuid not null,
  name         text not null,
  at           timestamptz not null,
  owner        text not null,
  sealed       bytea not null,
  primary key (workspace_id, entry_id, name, at)
) partition by range (at);
alter table log_part alter column sealed set storage external; -- ciphertext does not compress

-- The key that seals one person's parts, itself sealed by the installation key. Erasing a person empties `wrapped`.
create table subject_key (
  workspace_id uuid not null,
  owner        text not null,
  wrapped      bytea,
  created_at   timestamptz not null default now(),
  erased_at    timestamptz,
  erased_by    uuid,
  primary key (workspace_id, owner)
);

-- The next number in a chain that must have no holes: one chain per conversation.
create table log_counter (
  workspace_id uuid not null,
  chain_id     uuid not null,
  count        integer not null,
  primary key (workspace_id, chain_id)
) with (fillfactor = 70);

-- The tree's head as the sequencers agree on it: they swap it by comparing size and root.
create table log_head (
  workspace_id uuid primary key,
  epoch        integer not null,
  origin       text not null,
  size         bigint not null,
  root         bytea not null,
  updated_at   timestamptz not null
);

-- A full tile of 256 hashes (C2SP tlog-tiles). Level 0 holds leaf hashes. Never changes.
create table log_tile (
  workspace_id uuid not null,
  level        smallint not null,
  index        bigint not null,
  hashes       bytea not null,
  primary key (workspace_id, level, index)
);
alter table log_tile alter column hashes set storage external;

-- A signed note over a size of the tree. `vkey` is the key that signed it.
create table log_checkpoint (
  workspace_id uuid not null,
  epoch        integer not null,
  size         bigint not null,
  note         text not null,
  vkey         text not null,
  signed_at    timestamptz not null default now(),
  primary key (workspace_id, epoch, size)
);

-- Which key signs for a workspace in an epoch. A node whose signer holds another key does not sign.
create table log_signer (
  workspace_id uuid not null,
  epoch        integer not null,
  vkey         text not null,
  since        timestamptz not null default now(),
  primary key (workspace_id, epoch)
);

-- A pending row that this installation did not write (its MAC is wrong). Kept as evidence, never put into the tree.
create table log_rejected (
  workspace_id uuid not null,
  entry_id     uuid not null,
  cause        text not null,
  leaf         bytea not null,
  mac          bytea not null,
  rejected_at  timestamptz not null default now(),
  primary key (workspace_id, entry_id, rejected_at)
);

-- An earlier answer to the same Idempotency-Key, sealed by the installation key, kept for 24 hours.
create table idempotency (
  workspace_id uuid not null,
  actor        text not null,
  key          text not null,
  command      text not null,
  input_sha256 bytea not null,
  answer       bytea,
  created_at   timestamptz not null default now(),
  primary key (workspace_id, actor, key)
);
create index idempotency_by_age_idx on idempotency (created_at);

-- Who may do something only one node may do (poll a bot, sign). Every write of a holder is conditional on it.
create table lease (
  name       text primary key,
  holder     uuid not null,
  term       bigint not null,
  expires_at timestamptz not null
);

-- Makes the monthly partitions that hold an instant. Runs with its owner's rights: the application may not do DDL.
create function ensure_log_month(instant timestamptz) returns void
language plpgsql security definer set search_path = pg_catalog, public as $$
declare
  month date := date_trunc('month', instant at time zone 'UTC');
  suffix text := to_char(month, 'YYYY_MM');
  parent text;
begin
  if month < date '1990-01-01' or month > (now() + interval '2 months') then
    raise exception 'no partition for %', instant using errcode = '22008';
  end if;
  if to_regclass('public.log_part_' || suffix) is not null then return; end if;
  perform pg_advisory_xact_lock(hashtext('tracedesk.ensure_log_month'));
  foreach parent in array array['log_entry', 'log_part'] loop
    if to_regclass(format('public.%I', parent || '_' || suffix)) is null then
      execute format('create table public.%I (like public.%I including defaults including storage)', parent || '_' || suffix, parent);
      execute format('alter table public.%I attach partition public.%I for values from (%L) to (%L)',
        parent, parent || '_' || suffix, to_char(month, 'YYYY-MM-DD') || ' 00:00:00+00',
        to_char(month + interval '1 month', 'YYYY-MM-DD') || ' 00:00:00+00');
    end if;
  end loop;
end $$;

-- The promise "nothing changes unrecorded", kept by the database itself: a commit that changed a state table of a
-- workspace needs an entry of that workspace written in the same transaction.
create function require_ledger_entry() returns trigger
language plpgsql security definer set search_path = pg_catalog, public as $$
declare
  changed uuid := coalesce(new.workspace_id, old.workspace_id);
begin
  if not exists (select from log_pending where workspace_id = changed and xact = pg_current_xact_id()) then
    raise exception 'unrecorded change of %', tg_table_name using errcode = 'TD001',
      hint = 'State changes only through execute(), which records an entry in the same transaction.';
  end if;
  return null;
end $$;

-- Puts the check on a table. Called for every state table by the migration that creates it.
create procedure record_changes_of(state_table regclass) language plpgsql as $$
begin
  execute format('create constraint trigger is_recorded after insert or update or delete on %s
    deferrable initially deferred for each row execute function require_ledger_entry()', state_table);
end $$;

call record_changes_of('workspace');

revoke all on function ensure_log_month(timestamptz) from public;
revoke all on procedure record_changes_of(regclass) from public;
grant execute on function ensure_log_month(timestamptz) to {{app}}, {{ledger}};

grant select, insert, update on workspace to {{app}};
grant select, insert on log_pending, log_part, subject_key to {{app}};
grant select, insert, update on log_counter to {{app}};
grant select, insert on log_head, log_signer to {{app}};
grant select, insert, update, delete on idempotency, lease to {{app}};

grant select, delete on log_pending to {{ledger}};
grant select, insert on log_entry, log_part, log_tile, log_checkpoint, log_signer, log_rejected to {{ledger}};
grant select, insert, update on log_head to {{ledger}};

grant select on workspace, log_pending, log_entry, log_part, subject_key, log_counter, log_head, log_tile,
  log_checkpoint, log_signer, log_rejected, lease to {{read}};

-- Derived, rebuilt at will: which entries hold which words. A word is kept as the first eight bytes of its HMAC, so
-- that this index tells a thief of the database nothing. Erasing a person deletes their rows.
create table log_text (
  workspace_id uuid not null,
  entry_id     uuid not null,
  at           timestamptz not null,
  owner        text not null,
  only_for     uuid, -- a private note: nobody but its author finds it
  tokens       bigint[] not null,
  primary key (workspace_id, entry_id, owner)
);
create index log_text_tokens_idx on log_text using gin (tokens);

-- How far into the ledger the text index has come.
create table log_text_cursor (
  workspace_id uuid primary key,
  position     bigint not null
);
grant select, insert, update, delete on log_text, log_text_cursor to {{app}};
grant select on log_text, log_text_cursor to {{read}};
