-- Sites, events, what could not be stored, and the marks that tell the rollups what changed.
-- Names of sites compare byte by byte (collation "C"): nobody reads them sorted, and it makes every key cheaper.

create table sites (
  site_id    text collate "C" primary key,
  name       text,
  timezone   text not null default 'UTC',
  created_at timestamptz not null default now()
);

-- The primary key is what makes every event one row, and answers "one site, one day" by itself.
create table events (
  site_id    text collate "C" not null,
  timestamp  timestamptz not null,
  event_id   uuid not null,
  event_type text not null,
  path       text not null,
  user_id    text,
  session_id text,
  profile_id text,
  referrer   text,
  properties jsonb,
  created_at timestamptz not null default now(),
  primary key (site_id, timestamp, event_id)
) partition by range (timestamp);

-- "One site, one path": by the hash of the path, since a path itself can be longer than an index entry may be.
create index events_path on events (site_id, hashtextextended(path, 0), timestamp);

create table dead_letter_events (
  id          uuid primary key,
  site_id     text collate "C",
  reason      text not null,
  payload     text not null,
  job_id      text not null,
  created_at  timestamptz not null default now(),
  replayed_at timestamptz
);
create index dead_letter_events_site on dead_letter_events (site_id, created_at);

-- Append-only, without a key: two transactions that touch one interval never wait for each other.
create table rollup_marks (
  site_id        text collate "C" not null,
  interval_start timestamptz not null
);
create index rollup_marks_site on rollup_marks (site_id, interval_start);
