-- The schema that the migrations lead to, written by `npm run check -- --update-schema`. To change it, add a migration.

create table accounted_jobs (
  process bigint not null,
  seq bigint not null,
  hour timestamp with time zone not null,
  events integer not null,
  stored integer default 0 not null,
  dead_lettered integer default 0 not null,
  is_done boolean not null,
  constraint accounted_jobs_pkey PRIMARY KEY (process, seq)
);

create table accounted_ranges (
  process bigint not null,
  done int8multirange not null,
  constraint accounted_ranges_pkey PRIMARY KEY (process)
);

create table aggregation_marks (
  site_id text collate "C" not null,
  interval_start timestamp with time zone not null,
  event_types text[],
  table_name text
);

create table alert_deliveries (
  id uuid not null,
  rule_id uuid not null,
  event text not null,
  body text not null,
  created_at timestamp with time zone default now() not null,
  attempts integer default 0 not null,
  next_attempt_at timestamp with time zone,
  delivered_at timestamp with time zone,
  error text,
  constraint alert_deliveries_event_check CHECK ((event = ANY (ARRAY['firing'::text, 'reminder'::text, 'resolved'::text, 'test'::text]))),
  constraint alert_deliveries_pkey PRIMARY KEY (id),
  constraint alert_deliveries_rule_id_fkey FOREIGN KEY (rule_id) REFERENCES alert_rules(id) ON DELETE CASCADE
);

create table alert_rules (
  id uuid not null,
  name text not null,
  kind text not null,
  condition jsonb not null,
  webhook text,
  email text,
  secret text,
  enabled boolean default true not null,
  renotify_minutes integer,
  created_at timestamp with time zone default now() not null,
  constraint alert_rules_check CHECK ((num_nonnulls(webhook, email) = 1)),
  constraint alert_rules_check1 CHECK (((webhook IS NULL) = (secret IS NULL))),
  constraint alert_rules_kind_check CHECK ((kind = ANY (ARRAY['queue_age'::text, 'failure_rate'::text, 'dead_letters'::text, 'site_silent'::text]))),
  constraint alert_rules_pkey PRIMARY KEY (id)
);

create table alert_states (
  rule_id uuid not null,
  state text default 'ok'::text not null,
  since timestamp with time zone default now() not null,
  evaluated_at timestamp with time zone,
  notified_at timestamp with time zone,
  summary text,
  problem text,
  constraint alert_states_pkey PRIMARY KEY (rule_id),
  constraint alert_states_rule_id_fkey FOREIGN KEY (rule_id) REFERENCES alert_rules(id) ON DELETE CASCADE,
  constraint alert_states_state_check CHECK ((state = ANY (ARRAY['ok'::text, 'firing'::text])))
);

create table annotations (
  site_id text collate "C" not null,
  id uuid not null,
  kind text not null,
  at timestamp with time zone not null,
  until timestamp with time zone,
  text text not null,
  created_at timestamp with time zone default now() not null,
  constraint annotations_kind_check CHECK ((kind = ANY (ARRAY['deployment'::text, 'campaign'::text, 'note'::text]))),
  constraint annotations_pkey PRIMARY KEY (site_id, id)
);

create table api_keys (
  id uuid not null,
  name text not null,
  key_hash bytea not null,
  hint text not null,
  scopes text[] not null,
  site_id text collate "C",
  created_at timestamp with time zone default now() not null,
  expires_at timestamp with time zone,
  revoked_at timestamp with time zone,
  last_used_at timestamp with time zone,
  origins text[],
  constraint api_keys_key_hash_key UNIQUE (key_hash),
  constraint api_keys_pkey PRIMARY KEY (id),
  constraint api_keys_scopes_check CHECK (((scopes <@ ARRAY['write'::text, 'read'::text, 'admin'::text]) AND (cardinality(scopes) > 0)))
);

create table audit_log (
  id bigint generated always as identity not null,
  at timestamp with time zone default now() not null,
  key_id uuid not null,
  key_name text not null,
  action text not null,
  target text not null,
  details jsonb,
  constraint audit_log_pkey PRIMARY KEY (id)
);

create table cache_entries (
  site_id text collate "C" not null,
  name text collate "C" not null,
  version text not null,
  identity text not null,
  meta text not null,
  body bytea not null,
  bytes integer not null,
  computed_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  meaning text collate "C",
  "position" text collate "C",
  constraint cache_entries_pkey PRIMARY KEY (site_id, name)
);

create table cache_invalidations (
  no bigint generated always as identity not null,
  pattern text not null,
  made_at timestamp with time zone default now() not null,
  constraint cache_invalidations_pkey PRIMARY KEY (no)
);

create table cache_jobs (
  id text collate "C" not null,
  holder text,
  started_at timestamp with time zone,
  running_until timestamp with time zone,
  last_run timestamp with time zone,
  duration_ms integer,
  error text,
  runs bigint default 0 not null,
  failures bigint default 0 not null,
  total_ms bigint default 0 not null,
  last_site text,
  constraint cache_jobs_pkey PRIMARY KEY (id)
);

create table cache_locks (
  site_id text collate "C" not null,
  lock text collate "C" not null,
  holder text not null,
  locked_at timestamp with time zone not null,
  locked_until timestamp with time zone not null,
  constraint cache_locks_pkey PRIMARY KEY (site_id, lock)
);

create table clocked_events (
  site_id text collate "C" not null,
  client_time timestamp with time zone not null,
  event_id uuid not null,
  "timestamp" timestamp with time zone not null,
  arrived_at timestamp with time zone default now() not null,
  constraint clocked_events_pkey PRIMARY KEY (site_id, client_time, event_id)
);

create table dead_letter_events (
  id uuid not null,
  site_id text collate "C" default ''::text,
  reason text not null,
  payload text not null,
  job_id text not null,
  created_at timestamp with time zone default now() not null,
  replayed_at timestamp with time zone
);

create table event_accounts (
  process bigint not null,
  hour timestamp with time zone not null,
  accepted bigint default 0 not null,
  rejected bigint default 0 not null,
  jobs bigint default 0 not null,
  processed bigint default 0 not null,
  stored bigint default 0 not null,
  dead_lettered bigint default 0 not null,
  constraint event_accounts_pkey PRIMARY KEY (process, hour)
);

create table event_duplicates (
  site_id text collate "C" not null,
  arrived_at timestamp with time zone default now() not null,
  duplicates integer not null
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
  txid bigint default ((pg_current_xact_id())::text)::bigint,
  hostname text,
  title text,
  query text,
  country text,
  region text,
  city text,
  browser text,
  browser_version text,
  os text,
  os_version text,
  device text,
  language text,
  screen text,
  timezone text,
  utm_source text,
  utm_medium text,
  utm_campaign text,
  utm_term text,
  utm_content text,
  click_id text,
  source text,
  channel text,
  bot text,
  constraint events_pkey PRIMARY KEY (site_id, "timestamp", event_id)
) partition by RANGE ("timestamp");

create table export_leftovers (
  store text not null,
  file text not null,
  output_path text,
  constraint export_leftovers_pkey PRIMARY KEY (store, file)
);

create table exports (
  site_id text collate "C" not null,
  id uuid not null,
  dataset text not null,
  params jsonb not null,
  format text not null,
  compression text default 'none'::text not null,
  include_metadata boolean default false not null,
  bom boolean default false not null,
  filename text not null,
  output_path text,
  status text default 'pending'::text not null,
  row_count bigint default 0 not null,
  bytes bigint default 0 not null,
  percent smallint,
  checksum text,
  error text,
  created_at timestamp with time zone default now() not null,
  started_at timestamp with time zone,
  finished_at timestamp with time zone,
  expires_at timestamp with time zone,
  store text,
  file text,
  run uuid,
  attempts integer default 0 not null,
  touched_at timestamp with time zone default now() not null,
  key_id uuid,
  downloads bigint default 0 not null,
  constraint exports_compression_check CHECK ((compression = ANY (ARRAY['none'::text, 'gzip'::text]))),
  constraint exports_percent_check CHECK (((percent >= 0) AND (percent <= 100))),
  constraint exports_pkey PRIMARY KEY (site_id, id),
  constraint exports_status_check CHECK ((status = ANY (ARRAY['pending'::text, 'processing'::text, 'completed'::text, 'failed'::text, 'expired'::text]))),
  constraint exports_store_check CHECK ((store = ANY (ARRAY['disk'::text, 's3'::text])))
);

create table goals (
  site_id text collate "C" not null,
  id uuid not null,
  name text not null,
  event_type text,
  path text,
  value_property text,
  created_at timestamp with time zone default now() not null,
  constraint goals_check CHECK (((event_type IS NOT NULL) OR (path IS NOT NULL))),
  constraint goals_pkey PRIMARY KEY (site_id, id),
  constraint goals_site_id_name_key UNIQUE (site_id, name)
);

create table job_templates (
  id text collate "C" not null,
  name text not null,
  description text,
  queue text not null,
  job text not null,
  data jsonb default '{}'::jsonb not null,
  params jsonb default '{}'::jsonb not null,
  options jsonb default '{}'::jsonb not null,
  created_at timestamp with time zone default now() not null,
  updated_at timestamp with time zone default now() not null,
  constraint job_templates_pkey PRIMARY KEY (id)
);

create table link_secrets (
  only_row boolean default true not null,
  secret text not null,
  constraint link_secrets_only_row_check CHECK (only_row),
  constraint link_secrets_pkey PRIMARY KEY (only_row)
);

create table migrations (
  name text not null,
  applied_at timestamp with time zone default now() not null,
  checksum text,
  constraint migrations_pkey PRIMARY KEY (name)
);

create table money_events (
  site_id text collate "C" not null,
  "timestamp" timestamp with time zone not null,
  event_id uuid not null,
  kind text not null,
  counts_by text not null,
  transaction_id text,
  subscription_id text,
  user_id text,
  profile_id text,
  currency text,
  amount numeric,
  plan_interval text,
  interval_count integer not null,
  at_period_end boolean not null,
  constraint money_events_pkey PRIMARY KEY (site_id, "timestamp", event_id)
);

create table mrr_movements (
  site_id text collate "C" not null,
  currency text not null,
  day date not null,
  kind text not null,
  monthly numeric not null,
  annual numeric not null,
  constraint mrr_movements_pkey PRIMARY KEY (site_id, currency, day, kind)
);

create table profile_performance (
  site_id text collate "C" not null,
  day date not null,
  profile_id text not null,
  impressions integer not null,
  views integer not null,
  clicks integer not null,
  signups integer not null,
  payments integer not null,
  conversions integer not null,
  ctr numeric,
  conversion_rate numeric,
  revenue jsonb not null,
  ecpm jsonb not null,
  computed_at timestamp with time zone default now() not null,
  constraint profile_performance_pkey PRIMARY KEY (site_id, day, profile_id)
);

create table publisher_performance (
  site_id text collate "C" not null,
  granularity text not null,
  bucket_start timestamp with time zone not null,
  ad_requests integer not null,
  impressions integer not null,
  clicks integer not null,
  ctr numeric,
  fill_rate numeric,
  revenue jsonb not null,
  ecpm jsonb not null,
  computed_at timestamp with time zone default now() not null,
  constraint publisher_performance_pkey PRIMARY KEY (site_id, granularity, bucket_start)
);

create table raw_horizon (
  only_row boolean default true not null,
  since timestamp with time zone not null,
  constraint raw_horizon_only_row_check CHECK (only_row),
  constraint raw_horizon_pkey PRIMARY KEY (only_row)
);

create table report_deliveries (
  site_id text collate "C" not null,
  report_id uuid not null,
  kind text not null,
  recipient text not null,
  status text default 'pending'::text not null,
  attempts integer default 0 not null,
  lost_attempts smallint default 0 not null,
  resends integer default 0 not null,
  message_id text,
  error text,
  updated_at timestamp with time zone default now() not null,
  sent_at timestamp with time zone,
  constraint report_deliveries_kind_check CHECK ((kind = ANY (ARRAY['email'::text, 'webhook'::text]))),
  constraint report_deliveries_pkey PRIMARY KEY (site_id, report_id, kind, recipient),
  constraint report_deliveries_site_id_report_id_fkey FOREIGN KEY (site_id, report_id) REFERENCES reports(site_id, id) ON DELETE CASCADE,
  constraint report_deliveries_status_check CHECK ((status = ANY (ARRAY['pending'::text, 'sending'::text, 'sent'::text, 'failed'::text, 'unknown'::text, 'skipped'::text])))
);

create table report_files (
  store text not null,
  file text not null,
  created_at timestamp with time zone default now() not null,
  output_name text,
  constraint report_files_pkey PRIMARY KEY (store, file)
);

create table report_templates (
  id text collate "C" not null,
  site_id text collate "C",
  name text not null,
  description text,
  schedule text not null,
  cron text not null,
  timezone text,
  period_type text not null,
  dataset text not null,
  params jsonb default '{}'::jsonb not null,
  format text not null,
  include_metadata boolean default false not null,
  recipients jsonb default '[]'::jsonb not null,
  unsubscribed text[] default '{}'::text[] not null,
  webhook text,
  secret text,
  is_active boolean default true not null,
  built_in boolean default false not null,
  created_at timestamp with time zone default now() not null,
  updated_at timestamp with time zone default now() not null,
  constraint report_templates_check CHECK (((webhook IS NULL) = (secret IS NULL))),
  constraint report_templates_period_type_check CHECK ((period_type = ANY (ARRAY['day'::text, 'week'::text, 'month'::text, 'quarter'::text, 'year'::text]))),
  constraint report_templates_pkey PRIMARY KEY (id),
  constraint report_templates_schedule_check CHECK ((schedule = ANY (ARRAY['daily'::text, 'weekly'::text, 'monthly'::text, 'quarterly'::text, 'custom'::text])))
);

create table report_unsubscribes (
  template_id text collate "C" not null,
  address text not null,
  site_id text collate "C",
  left_at timestamp with time zone default now() not null
);

create table reports (
  site_id text collate "C" not null,
  id uuid not null,
  template_id text collate "C",
  slot timestamp with time zone,
  job_id text,
  output_name text,
  title text not null,
  dataset text not null,
  params jsonb default '{}'::jsonb not null,
  format text not null,
  include_metadata boolean default false not null,
  first_day date not null,
  last_day date not null,
  timezone text not null,
  recipients jsonb default '[]'::jsonb not null,
  webhook text,
  secret text,
  status text default 'pending'::text not null,
  origin uuid not null,
  revision integer default 1 not null,
  revised boolean default false not null,
  data_version text,
  checked_at timestamp with time zone,
  key_figures jsonb,
  changes jsonb,
  store text,
  file text,
  bytes bigint,
  row_count bigint,
  checksum text,
  error text,
  created_at timestamp with time zone default now() not null,
  due_at timestamp with time zone default now() not null,
  queued_at timestamp with time zone,
  generated_at timestamp with time zone,
  done_at timestamp with time zone,
  resends integer default 0 not null,
  job_added_at timestamp with time zone,
  checked_version text,
  run uuid,
  begins integer default 0 not null,
  constraint reports_pkey PRIMARY KEY (site_id, id),
  constraint reports_status_check CHECK ((status = ANY (ARRAY['pending'::text, 'generating'::text, 'generated'::text, 'failed'::text]))),
  constraint reports_store_check CHECK ((store = ANY (ARRAY['disk'::text, 's3'::text])))
);

create table revenue_aggregates (
  site_id text collate "C" not null,
  period_type text not null,
  period_start date not null,
  currency text not null,
  total_revenue numeric not null,
  payments integer not null,
  succeeded integer not null,
  success_rate numeric,
  refunds integer not null,
  refunded numeric not null,
  mrr numeric not null,
  arr numeric not null,
  computed_at timestamp with time zone default now() not null,
  mrr_opening numeric default 0 not null,
  mrr_new numeric default 0 not null,
  mrr_expansion numeric default 0 not null,
  mrr_contraction numeric default 0 not null,
  mrr_churned numeric default 0 not null,
  mrr_reactivated numeric default 0 not null,
  churn_rate numeric,
  net_retention numeric,
  constraint revenue_aggregates_pkey PRIMARY KEY (site_id, period_type, period_start, currency)
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

create table saved_views (
  site_id text collate "C" not null,
  id uuid not null,
  kind text not null,
  name text not null,
  definition jsonb not null,
  created_at timestamp with time zone default now() not null,
  constraint saved_views_kind_check CHECK ((kind = ANY (ARRAY['segment'::text, 'funnel'::text, 'retention'::text, 'journeys'::text]))),
  constraint saved_views_pkey PRIMARY KEY (site_id, id)
);

create table schedule_runs (
  schedule_id text collate "C" not null,
  slot timestamp with time zone not null,
  job_id text not null,
  claimed_at timestamp with time zone default now() not null,
  added_at timestamp with time zone,
  error text,
  constraint schedule_runs_pkey PRIMARY KEY (schedule_id, slot),
  constraint schedule_runs_schedule_id_fkey FOREIGN KEY (schedule_id) REFERENCES schedules(id) ON DELETE CASCADE
);

create table schedules (
  id text collate "C" not null,
  name text not null,
  queue text not null,
  job text not null,
  cron text not null,
  timezone text not null,
  data jsonb default '{}'::jsonb not null,
  enabled boolean default true not null,
  catch_up text not null,
  built_in boolean default false not null,
  created_at timestamp with time zone default now() not null,
  updated_at timestamp with time zone default now() not null,
  known_since timestamp with time zone default now() not null,
  task_version integer default 0 not null,
  template_id text collate "C",
  constraint schedules_catch_up_check CHECK ((catch_up = ANY (ARRAY['none'::text, 'newest'::text, 'all'::text]))),
  constraint schedules_pkey PRIMARY KEY (id),
  constraint schedules_template_id_fkey FOREIGN KEY (template_id) REFERENCES job_templates(id)
);

create table schema_major (
  only_row boolean default true not null,
  major integer not null,
  constraint schema_major_only_row_check CHECK (only_row),
  constraint schema_major_pkey PRIMARY KEY (only_row)
);

create table segment_values (
  site_id text collate "C" not null,
  "column" text collate "C" not null,
  pack integer not null,
  "values" text[] not null,
  constraint segment_values_pkey PRIMARY KEY (site_id, "column", pack)
);

create table segments (
  site_id text collate "C" not null,
  starts timestamp with time zone not null,
  ends timestamp with time zone not null,
  version bigint default nextval('segment_versions'::regclass) not null,
  made_at timestamp with time zone default clock_timestamp() not null,
  covers integer[] not null,
  rows integer not null,
  directory jsonb,
  data bytea,
  constraint segments_pkey PRIMARY KEY (site_id, starts, version)
);

create table sessions (
  token_hash bytea not null,
  key_id uuid not null,
  created_at timestamp with time zone default now() not null,
  expires_at timestamp with time zone not null,
  constraint sessions_key_id_fkey FOREIGN KEY (key_id) REFERENCES api_keys(id) ON DELETE CASCADE,
  constraint sessions_pkey PRIMARY KEY (token_hash)
);

create table share_links (
  site_id text collate "C" not null,
  id uuid not null,
  slug text collate "C" not null,
  name text,
  filters jsonb,
  password_hash text,
  expires_at timestamp with time zone,
  revoked_at timestamp with time zone,
  created_at timestamp with time zone default now() not null,
  constraint share_links_pkey PRIMARY KEY (site_id, id)
);

create table site_aggregations (
  site_id text collate "C" not null,
  timezone text not null,
  aggregated_at timestamp with time zone default now() not null,
  revenue_at timestamp with time zone,
  revenue_grace_days integer,
  constraint site_aggregations_pkey PRIMARY KEY (site_id)
);

create table site_changes (
  site_id text collate "C" not null,
  day date not null,
  changes bigint not null,
  constraint site_changes_pkey PRIMARY KEY (site_id, day)
);

create table site_metrics (
  site_id text collate "C" not null,
  metric_type text not null,
  period_type text not null,
  period_start timestamp with time zone not null,
  figures jsonb not null,
  computed_at timestamp with time zone default now() not null,
  constraint site_metrics_pkey PRIMARY KEY (site_id, metric_type, period_type, period_start)
);

create table site_rollups (
  site_id text collate "C" not null,
  timezone text not null,
  detail_since timestamp with time zone not null,
  last_visitor_no integer default 0 not null,
  rolled_at timestamp with time zone default now() not null,
  dimensions_since jsonb default '{"all": "-infinity", "path": "-infinity", "profile": "-infinity", "referrer": "-infinity"}'::jsonb not null,
  hostnames text[] default '{}'::text[] not null,
  hosts_rolled_at timestamp with time zone default now() not null,
  changes_at timestamp with time zone default now() not null,
  epoch bigint default 0 not null,
  segments_since timestamp with time zone,
  segments_at timestamp with time zone default now() not null,
  segments_purge boolean default false not null,
  constraint site_rollups_pkey PRIMARY KEY (site_id)
);

create table sites (
  site_id text collate "C" not null,
  name text,
  timezone text default 'UTC'::text not null,
  created_at timestamp with time zone default now() not null,
  hostnames text[] default '{}'::text[] not null,
  path_rules jsonb,
  erase_requested_at timestamp with time zone,
  job_priority integer,
  session_minutes smallint default 30 not null,
  enrichment_off text[] default '{}'::text[] not null,
  daily_visitors boolean default false not null,
  constraint sites_job_priority_check CHECK (((job_priority >= 0) AND (job_priority <= 2097151))),
  constraint sites_pkey PRIMARY KEY (site_id),
  constraint sites_session_minutes_check CHECK (((session_minutes >= 1) AND (session_minutes <= 1440)))
);

create table tournament_aggregates (
  site_id text collate "C" not null,
  period_type text not null,
  period_start date not null,
  created integer not null,
  completed integer not null,
  completion_rate numeric,
  total_players bigint not null,
  average_players numeric,
  average_duration numeric,
  most_popular_format text,
  revenue jsonb not null,
  computed_at timestamp with time zone default now() not null,
  constraint tournament_aggregates_pkey PRIMARY KEY (site_id, period_type, period_start)
);

create table user_cohorts (
  site_id text collate "C" not null,
  cohort_month date not null,
  month_number integer not null,
  cohort_size integer not null,
  users_retained integer not null,
  retention_rate numeric not null,
  computed_at timestamp with time zone default now() not null,
  constraint user_cohorts_pkey PRIMARY KEY (site_id, cohort_month, month_number)
);

create table visitor_salts (
  day date not null,
  salt bytea not null,
  constraint visitor_salts_pkey PRIMARY KEY (day)
);

create table visitors (
  site_id text collate "C" not null,
  user_id text collate "C" not null,
  visitor_no integer not null,
  constraint visitors_pkey PRIMARY KEY (site_id, user_id) INCLUDE (visitor_no)
);

CREATE INDEX aggregation_marks_site ON public.aggregation_marks USING btree (site_id, interval_start);

CREATE INDEX alert_deliveries_due ON public.alert_deliveries USING btree (next_attempt_at) WHERE (next_attempt_at IS NOT NULL);

CREATE INDEX alert_deliveries_rule ON public.alert_deliveries USING btree (rule_id, created_at);

CREATE INDEX audit_log_at ON public.audit_log USING btree (at);

CREATE INDEX cache_entries_expiry ON public.cache_entries USING btree (expires_at);

CREATE INDEX clocked_events_arrived ON public.clocked_events USING btree (arrived_at);

CREATE INDEX dead_letter_events_created ON public.dead_letter_events USING btree (created_at);

CREATE INDEX dead_letter_events_id ON public.dead_letter_events USING btree (id);

CREATE UNIQUE INDEX dead_letter_events_key ON public.dead_letter_events USING btree (site_id, id) NULLS NOT DISTINCT;

CREATE INDEX dead_letter_events_site ON public.dead_letter_events USING btree (site_id, created_at);

CREATE INDEX event_accounts_hour ON public.event_accounts USING btree (hour);

CREATE INDEX event_duplicates_site ON public.event_duplicates USING btree (site_id, arrived_at);

CREATE INDEX events_path ON ONLY public.events USING btree (site_id, hashtextextended(path, (0)::bigint), "timestamp");

CREATE INDEX events_subscriptions ON ONLY public.events USING btree (site_id, "timestamp") WHERE (event_type = ANY (ARRAY['subscription_canceled'::text, 'subscription_changed'::text]));

CREATE INDEX events_txid ON ONLY public.events USING brin (txid) WITH (pages_per_range='8', autosummarize='on');

CREATE INDEX events_typed ON ONLY public.events USING btree (site_id, "timestamp") WHERE (event_type = ANY (ARRAY['signup'::text, 'payment'::text, 'refund'::text, 'revenue'::text, 'cost'::text, 'tournament_created'::text, 'tournament_completed'::text]));

CREATE INDEX exports_created ON public.exports USING btree (created_at DESC, id DESC);

CREATE INDEX exports_expiring ON public.exports USING btree (expires_at) WHERE (status = 'completed'::text);

CREATE INDEX exports_file ON public.exports USING btree (file) WHERE (status = ANY (ARRAY['processing'::text, 'completed'::text]));

CREATE INDEX exports_id ON public.exports USING btree (id);

CREATE INDEX exports_site_created ON public.exports USING btree (site_id, created_at DESC, id DESC);

CREATE INDEX exports_unfinished ON public.exports USING btree (touched_at) WHERE (status = ANY (ARRAY['pending'::text, 'processing'::text]));

CREATE INDEX money_events_once ON public.money_events USING btree (site_id, kind, counts_by);

CREATE INDEX report_files_created ON public.report_files USING btree (created_at);

CREATE UNIQUE INDEX report_unsubscribes_key ON public.report_unsubscribes USING btree (template_id, address, site_id) NULLS NOT DISTINCT;

CREATE INDEX reports_checked ON public.reports USING btree (checked_at) WHERE ((status = 'generated'::text) AND (NOT revised));

CREATE INDEX reports_created ON public.reports USING btree (created_at, id);

CREATE INDEX reports_file ON public.reports USING btree (file);

CREATE INDEX reports_id ON public.reports USING btree (id);

CREATE UNIQUE INDEX reports_job ON public.reports USING btree (site_id, job_id, job_added_at) WHERE ((job_id IS NOT NULL) AND (revision = 1));

CREATE INDEX reports_open ON public.reports USING btree (due_at) WHERE (done_at IS NULL);

CREATE UNIQUE INDEX reports_revision ON public.reports USING btree (site_id, origin, revision);

CREATE UNIQUE INDEX reports_slot ON public.reports USING btree (site_id, template_id, slot) WHERE ((slot IS NOT NULL) AND (revision = 1));

CREATE INDEX reports_template ON public.reports USING btree (template_id, created_at);

CREATE INDEX rollup_15m_key ON public.rollup_15m USING btree (site_id, dimension, interval_start, event_type, hashtextextended(value, (0)::bigint));

CREATE INDEX rollup_days_key ON public.rollup_days USING btree (site_id, dimension, day, event_type, hashtextextended(value, (0)::bigint));

CREATE INDEX rollup_marks_site ON public.rollup_marks USING btree (site_id, interval_start);

CREATE INDEX schedule_runs_open ON public.schedule_runs USING btree (claimed_at) WHERE ((added_at IS NULL) AND (error IS NULL));

CREATE INDEX schedules_template ON public.schedules USING btree (template_id) WHERE (template_id IS NOT NULL);

CREATE INDEX sessions_expires_at ON public.sessions USING btree (expires_at);

CREATE INDEX sessions_key_id ON public.sessions USING btree (key_id);

CREATE INDEX share_links_slug ON public.share_links USING btree (slug);

CREATE INDEX sites_path_rules ON public.sites USING btree (site_id) WHERE (path_rules IS NOT NULL);

create sequence segment_versions;

CREATE OR REPLACE FUNCTION public.close_events_partition(month text, since timestamp with time zone)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  execute format('alter table %I add constraint %I check (timestamp >= %L) not valid', events_partition_of(month),
    events_partition_of(month) || '_closed', since);
end $function$
;

CREATE OR REPLACE FUNCTION public.create_events_partition(month text)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
declare
  name text := events_partition_of(month);
  starts timestamp := to_date(month, 'YYYY-MM');
begin
  execute format('create table %I (like events including defaults)', name);
  execute format('alter table events attach partition %I for values from (%L) to (%L)', name,
    to_char(starts, 'YYYY-MM-DD') || ' 00:00:00Z', to_char(starts + interval '1 month', 'YYYY-MM-DD') || ' 00:00:00Z');
  -- Reporting reads the current months by name. The role is missing if the migrating user may not create roles.
  if exists (select from pg_roles where rolname = 'millrace_reporting') then
    execute format('grant select on %I to millrace_reporting', name);
  end if;
end $function$
;

CREATE OR REPLACE FUNCTION public.drop_events_partition(month text)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  execute format('alter table events detach partition %I', events_partition_of(month));
  execute format('drop table %I', events_partition_of(month));
end $function$
;

CREATE OR REPLACE FUNCTION public.events_partition_of(month text)
 RETURNS text
 LANGUAGE sql
 STABLE STRICT
AS $function$
  select 'events_' || to_char(to_date(month, 'YYYY-MM'), 'YYYY_MM')
$function$
;

CREATE OR REPLACE FUNCTION public.summarize_events_partition(partition_index regclass)
 RETURNS integer
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
  select brin_summarize_new_values(partition_index)
  from pg_index join pg_inherits on inhrelid = indrelid where indexrelid = partition_index and inhparent = 'events'::regclass
$function$
;
