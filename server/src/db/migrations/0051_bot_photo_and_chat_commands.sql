-- A bot's photo is set like its texts: `value` is the JPEG in base64, '' takes the photo away.
alter table bot_change drop constraint bot_change_kind_check;
alter table bot_change add check (kind in ('commands', 'name', 'description', 'short_description', 'photo'));

-- Commands for one chat: the group or person it is with, and in a group one of its members; both as customers, so that
-- nothing is left to be told once they were erased.
alter table bot_change add column chat_customer_id uuid, add column member_customer_id uuid,
  add foreign key (workspace_id, chat_customer_id) references customer,
  add foreign key (workspace_id, member_customer_id) references customer,
  add check (chat_customer_id is null or kind = 'commands');
