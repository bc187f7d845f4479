-- Who really wrote a message, a version of one, or the words of a note, where that was somebody in the author's name;
-- null: the author. The entry says the same, as actor and `onBehalfOf`.
alter table message add column written_by uuid;
alter table message_version add column written_by uuid;
alter table note add column written_by uuid;
alter table message add constraint message_written_by_fkey foreign key (workspace_id, written_by) references agent;
alter table message_version add constraint message_version_written_by_fkey
  foreign key (workspace_id, written_by) references agent;
alter table note add constraint note_written_by_fkey foreign key (workspace_id, written_by) references agent;
