-- Who was erased, found without walking over everybody: nodes look for it at every start and once a minute.
create index subject_key_erased_idx on subject_key (workspace_id, erased_at) where wrapped is null;
