-- Browsers that somebody logged in with an admin key. Of a session's token only its SHA-256 is kept.
create table sessions (
  token_hash bytea primary key,
  key_id     uuid not null references api_keys (id) on delete cascade,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null
);
create index sessions_key_id on sessions (key_id);
create index sessions_expires_at on sessions (expires_at);
