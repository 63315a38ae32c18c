-- What the scheduler adds by the clock. Tasks of Millrace itself have their name as id and follow the code.
create table schedules (
  id          text collate "C" primary key,
  name        text not null,
  queue       text not null,
  job         text not null,
  cron        text not null,
  timezone    text not null,
  data        jsonb not null default '{}',
  enabled     boolean not null default true,
  -- Which slots that passed while no scheduler ran are made up for.
  catch_up    text not null check (catch_up in ('none', 'newest', 'all')),
  built_in    boolean not null default false,
  created_at  timestamptz not null default now(),
  updated_at  timestamptz not null default now(),
  -- Slots up to here are nobody's business: before it was made, enabled, or given its present cron.
  known_since timestamptz not null default now()
);

-- One row per firing: whoever inserts it adds the job.
create table schedule_runs (
  schedule_id text collate "C" not null references schedules on delete cascade,
  slot        timestamptz not null,
  job_id      text not null,
  claimed_at  timestamptz not null default now(),
  -- When the job was in the queue.
  added_at    timestamptz,
  -- Why it never will be.
  error       text,
  primary key (schedule_id, slot)
);
create index schedule_runs_open on schedule_runs (claimed_at) where added_at is null and error is null;
