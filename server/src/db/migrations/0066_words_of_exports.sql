-- Whether an export looked for words is no secret, though the words are: a manifest that left it out would tell of
-- another filter than the one by which the file was made.
alter table export add column has_words boolean generated always as (query is not null) stored;
alter table export_schedule add column has_words boolean generated always as (query is not null) stored;
grant select (has_words) on export to {{read}};
grant select (has_words) on export_schedule to {{read}};
