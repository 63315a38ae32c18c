-- Who changed what by hand. No foreign key to api_keys: what was done stays known when the key is gone.
create table audit_log (
  id       bigint generated always as identity primary key,
  at       timestamptz not null default now(),
  key_id   uuid not null,
  key_name text not null,
  action   text not null,
  target   text not null,
  details  jsonb
);
create index audit_log_at on audit_log (at);
