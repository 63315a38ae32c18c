-- For answers that are kept: what tells that nothing has changed since, where they are kept, and the jobs that keep them warm.

-- How many marks of each UTC day rolls have taken. Together with the marks that are still there this is a number that moves with
-- everything that is stored or erased, and never goes back.
create table site_changes (
  site_id text collate "C" not null,
  day     date not null,
  changes bigint not null,
  primary key (site_id, day)
);
-- rolled_at of the last roll that counted into site_changes. An earlier release sets rolled_at only: where the two differ it has
-- rolled since, and the number may have gone back. The next roll that counts moves the epoch then, as does the erasure of a user.
alter table site_rollups add column changes_at timestamptz not null default now();
alter table site_rollups add column epoch bigint not null default 0;

-- Names of answers that are void, as patterns of `like`. A table of its own, since a kept answer lies in the memory of any process.
create table cache_invalidations (
  no      bigint generated always as identity primary key,
  pattern text not null,
  made_at timestamptz not null default now()
);

-- The newest answer to each question, where the queue is not on Redis. Unlogged: a crash of the server empties it.
create unlogged table cache_entries (
  site_id     text collate "C" not null,
  name        text collate "C" not null,
  -- What the answer was computed from; one of another version is out of date.
  version     text not null,
  -- Moves with what even an answer that may be out of date must not be older than.
  identity    text not null,
  meta        text not null,
  body        bytea not null,
  bytes       integer not null,
  computed_at timestamptz not null,
  expires_at  timestamptz not null,
  primary key (site_id, name)
);
create index cache_entries_expiry on cache_entries (expires_at);

-- Who computes an answer at the moment; void once it is past.
create unlogged table cache_locks (
  site_id      text collate "C" not null,
  -- A name and a version.
  lock         text collate "C" not null,
  holder       text not null,
  locked_at    timestamptz not null,
  locked_until timestamptz not null,
  primary key (site_id, lock)
);

-- The jobs that keep answers warm: what became of their runs, over all replicas.
create table cache_jobs (
  id           text collate "C" primary key,
  -- Of the run that is under way; void once running_until is past.
  holder       text,
  started_at   timestamptz,
  running_until timestamptz,
  last_run     timestamptz,
  duration_ms  integer,
  error        text,
  runs         bigint not null default 0,
  failures     bigint not null default 0,
  total_ms     bigint not null default 0,
  -- The site that the last run came to when its time was up; null when it came to the end.
  last_site    text
);
