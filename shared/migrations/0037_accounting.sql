-- What became of the events of an hour of receipt, by the ingestion process that took them (0: one that is not known).
create table event_accounts (
  process bigint not null,
  hour timestamptz not null,
  -- Noted by ingestion: events that are durable in the queue, and those that were refused.
  accepted bigint not null default 0,
  rejected bigint not null default 0,
  -- Of jobs that are done and no longer in accounted_jobs: their number and their events, and how these ended; the rest were duplicates.
  jobs bigint not null default 0,
  processed bigint not null default 0,
  stored bigint not null default 0,
  dead_lettered bigint not null default 0,
  primary key (process, hour)
);
create index event_accounts_hour on event_accounts (hour);

-- Jobs of events that were worked on lately. A row is written with the events themselves, so that neither is there without the other.
create table accounted_jobs (
  process bigint not null,
  -- Which of its jobs; of process 0 a hash of the id.
  seq bigint not null,
  hour timestamptz not null,
  events integer not null,
  -- Of this job and of those that were written together with it, all of the same hour.
  stored integer not null default 0,
  dead_lettered integer not null default 0,
  is_done boolean not null,
  primary key (process, seq)
);

-- Jobs that are counted in event_accounts: one that the queue hands out again is known by it.
create table accounted_ranges (
  process bigint primary key,
  done int8multirange not null
);
