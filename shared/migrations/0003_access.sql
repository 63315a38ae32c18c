-- Who may write events, read statistics or administer. Of a key only its SHA-256 is kept.
create table api_keys (
  id           uuid primary key,
  name         text not null,
  key_hash     bytea not null unique,
  -- The first characters, by which a person recognises it.
  hint         text not null,
  scopes       text[] not null check (scopes <@ array['write', 'read', 'admin'] and cardinality(scopes) > 0),
  -- The only site it is good for; null: all.
  site_id      text collate "C",
  created_at   timestamptz not null default now(),
  expires_at   timestamptz,
  revoked_at   timestamptz,
  last_used_at timestamptz
);
