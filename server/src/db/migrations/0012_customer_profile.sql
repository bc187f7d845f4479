-- What the desk knows of customers beside what Telegram says.

-- Personal, like the name beside them: emptied when the customer is erased. `blocked_at`: the desk answers no more.
alter table customer add column nickname text, add column remark text, add column blocked_at timestamptz;

-- A field every customer has. `key` is how canned replies name it.
create table field (
  workspace_id uuid not null references workspace,
  field_id     uuid not null,
  key          text not null,
  name         text not null,
  kind         text not null check (kind in ('text', 'number', 'date', 'choice', 'link')),
  options      text[] not null,
  created_at   timestamptz not null,
  primary key (workspace_id, field_id)
);
create unique index field_key_idx on field (workspace_id, key);

-- A customer's value in a field. Personal: emptied when the customer is erased.
create table customer_field (
  workspace_id uuid not null,
  customer_id  uuid not null,
  field_id     uuid not null,
  value        text not null,
  primary key (workspace_id, customer_id, field_id),
  foreign key (workspace_id, customer_id) references customer,
  foreign key (workspace_id, field_id) references field
);
create index customer_field_by_field_idx on customer_field (workspace_id, field_id);

do $$ declare t text; begin
  foreach t in array array['field', 'customer_field'] loop
    call record_changes_of(t::regclass);
  end loop;
end $$;

grant select, insert, update, delete on field, customer_field to {{app}};
grant select on field, customer_field to {{read}};
