-- A department that was taken away keeps its row: history names it. Its name is free for another.
alter table department add column deleted_at timestamptz;
drop index department_name_idx;
create unique index department_name_idx on department (workspace_id, lower(name)) where deleted_at is null;

-- Since when the customer of a resolved conversation had been waiting when it was resolved: whoever opens it again
-- finds them waiting as long as they have.
alter table conversation add column waiting_before timestamptz;
