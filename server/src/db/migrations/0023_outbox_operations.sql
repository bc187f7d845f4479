-- The outbox also carries changes of messages Telegram has: edits, recalls, reactions. One message can have several on
-- their way, so each row has an id of its own; for sending it is the message's.
alter table telegram_outbox
  add column operation text not null default 'send' check (operation in ('send', 'edit', 'recall', 'react')),
  add column operation_id uuid,
  add column entry_id uuid;
update telegram_outbox set operation_id = message_id where operation_id is null;
alter table telegram_outbox alter column operation_id set not null;
alter table telegram_outbox drop constraint telegram_outbox_pkey;
alter table telegram_outbox add primary key (workspace_id, operation_id);
create index telegram_outbox_by_message_idx on telegram_outbox (workspace_id, message_id);
grant select (operation, operation_id) on telegram_outbox to {{read}};
