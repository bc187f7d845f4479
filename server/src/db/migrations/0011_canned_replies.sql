-- Canned replies, and notes and labels that can be changed.

-- A text to answer with, for one department or for everybody. Each change makes the next version.
create table canned_reply (
  workspace_id    uuid not null references workspace,
  canned_reply_id uuid not null,
  title           text not null,
  folder          text,
  shortcut        text,
  department_id   uuid,
  body            text not null,
  version         integer not null,
  primary key (workspace_id, canned_reply_id),
  foreign key (workspace_id, department_id) references department
);
create unique index canned_reply_shortcut_idx on canned_reply (workspace_id, shortcut) where shortcut is not null;
call record_changes_of('canned_reply');
grant select, insert, update, delete on canned_reply to {{app}};
grant select on canned_reply to {{read}};

-- `entry_id` points to the version in force; earlier ones, and deleted notes, are in the ledger only.
alter table note add column version integer not null default 1, add column mentions uuid[] not null default '{}';
grant delete on note, label to {{app}};
