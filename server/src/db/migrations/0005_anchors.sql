-- Anchors: what others say of our signed heads, and which key signs from which size on.

-- Which keys sign for a workspace in an epoch: each from the size of the head that it signed together with the key
-- before it. The one with the largest `from_size` is in force.
alter table log_signer add column from_size bigint not null default 0;
alter table log_signer drop constraint log_signer_pkey;
alter table log_signer add primary key (workspace_id, epoch, from_size);

-- What somebody outside said of a signed head. Nothing here is ever changed.
-- kind `witness` and `key`: a signature line that belongs under the checkpoint of that size (a cosignature; the
-- signature of the key that follows). `timestamp`: an RFC 3161 token (DER) over the checkpoint's note.
-- `telegram`: JSON with chat and message in which the note was sent.
create table log_anchor (
  workspace_id uuid not null,
  epoch        integer not null,
  size         bigint not null,
  kind         text not null check (kind in ('witness', 'timestamp', 'telegram', 'key')),
  name         text not null,
  proof        bytea not null,
  anchored_at  timestamptz not null,
  primary key (workspace_id, epoch, size, kind, name)
);

-- How each anchor stands now: what it last confirmed, and since when and why it fails.
create table anchor_state (
  workspace_id  uuid not null,
  kind          text not null,
  name          text not null,
  epoch         integer not null,
  size          bigint,
  anchored_at   timestamptz,
  failing_since timestamptz,
  failure       text,
  primary key (workspace_id, kind, name)
);
call record_changes_of('anchor_state');

grant select, insert on log_anchor to {{app}};
grant select, insert, update on anchor_state to {{app}};
grant select on log_anchor, anchor_state to {{read}};
