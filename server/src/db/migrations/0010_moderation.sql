-- What agents' texts are checked for before they are sent.

-- A group of phrases, for one bot or for all. `rules`: [{id, kind, pattern}]; each change makes the next version.
create table phrase_group (
  workspace_id    uuid not null references workspace,
  phrase_group_id uuid not null,
  name            text not null,
  bot_id          uuid,
  languages       text[] not null,
  action          text not null check (action in ('block', 'confirm')),
  version         integer not null,
  rules           jsonb not null,
  primary key (workspace_id, phrase_group_id),
  foreign key (workspace_id, bot_id) references bot
);

-- A wallet of the house, which messages may name. `canonical`: the one spelling it is compared by.
create table wallet (
  workspace_id uuid not null references workspace,
  wallet_id    uuid not null,
  network      text not null check (network in ('tron', 'evm', 'bitcoin', 'ton')),
  address      text not null,
  canonical    text not null,
  name         text not null,
  created_at   timestamptz not null,
  primary key (workspace_id, wallet_id)
);
create unique index wallet_canonical_idx on wallet (workspace_id, network, canonical);

-- An actor's attempt that met a rule, for as long as it counts towards an alert.
create table moderation_hit (
  workspace_id uuid not null references workspace,
  actor        text not null,
  entry_id     uuid not null,
  at           timestamptz not null,
  primary key (workspace_id, actor, entry_id)
);

do $$ declare t text; begin
  foreach t in array array['phrase_group', 'wallet', 'moderation_hit'] loop
    call record_changes_of(t::regclass);
  end loop;
end $$;

grant select, insert, update, delete on phrase_group to {{app}};
grant select, insert, delete on wallet, moderation_hit to {{app}};
grant select on phrase_group, wallet, moderation_hit to {{read}};
