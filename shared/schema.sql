-- The schema that the migrations lead to, written by `npm run check -- --update-schema`. To change it, add a migration.

create table dead_letter_events (
  id uuid not null,
  site_id text collate "C",
  reason text not null,
  payload text not null,
  job_id text not null,
  created_at timestamp with time zone default now() not null,
  replayed_at timestamp with time zone,
  constraint dead_letter_events_pkey PRIMARY KEY (id)
);

create table events (
  site_id text collate "C" not null,
  "timestamp" timestamp with time zone not null,
  event_id uuid not null,
  event_type text not null,
  path text not null,
  user_id text,
  session_id text,
  profile_id text,
  referrer text,
  properties jsonb,
  created_at timestamp with time zone default now() not null,
  constraint events_pkey PRIMARY KEY (site_id, "timestamp", event_id)
) partition by RANGE ("timestamp");

create table migrations (
  name text not null,
  applied_at timestamp with time zone default now() not null,
  constraint migrations_pkey PRIMARY KEY (name)
);

create table rollup_15m (
  site_id text collate "C" not null,
  interval_start timestamp with time zone not null,
  dimension text collate "C" not null,
  event_type text collate "C" not null,
  value text collate "C" not null,
  events integer not null,
  visitor_count integer not null,
  visitors bytea not null
);

create table rollup_day_marks (
  site_id text collate "C" not null,
  day date not null,
  constraint rollup_day_marks_pkey PRIMARY KEY (site_id, day)
);

create table rollup_days (
  site_id text collate "C" not null,
  day date not null,
  dimension text collate "C" not null,
  event_type text collate "C" not null,
  value text collate "C" not null,
  events integer not null,
  visitor_count integer not null,
  visitors bytea not null
);

create table rollup_marks (
  site_id text collate "C" not null,
  interval_start timestamp with time zone not null
);

create table site_rollups (
  site_id text collate "C" not null,
  timezone text not null,
  detail_since timestamp with time zone not null,
  last_visitor_no integer default 0 not null,
  rolled_at timestamp with time zone default now() not null,
  constraint site_rollups_pkey PRIMARY KEY (site_id)
);

create table sites (
  site_id text collate "C" not null,
  name text,
  timezone text default 'UTC'::text not null,
  created_at timestamp with time zone default now() not null,
  constraint sites_pkey PRIMARY KEY (site_id)
);

create table visitors (
  site_id text collate "C" not null,
  user_id text collate "C" not null,
  visitor_no integer not null,
  constraint visitors_pkey PRIMARY KEY (site_id, user_id) INCLUDE (visitor_no)
);

CREATE INDEX dead_letter_events_site ON public.dead_letter_events USING btree (site_id, created_at);

CREATE INDEX events_path ON ONLY public.events USING btree (site_id, hashtextextended(path, (0)::bigint), "timestamp");

CREATE INDEX rollup_15m_key ON public.rollup_15m USING btree (site_id, dimension, interval_start, event_type, hashtextextended(value, (0)::bigint));

CREATE INDEX rollup_days_key ON public.rollup_days USING btree (site_id, dimension, day, event_type, hashtextextended(value, (0)::bigint));

CREATE INDEX rollup_marks_site ON public.rollup_marks USING btree (site_id, interval_start);
