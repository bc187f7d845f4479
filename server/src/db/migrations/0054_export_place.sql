-- An export in the order of conversations goes on within one: which, after a crash.
alter table export_progress add column conversation_id uuid;
