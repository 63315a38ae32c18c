-- Figures that are recomputed from raw events and replaced, per site and period of the site's time zone. Money is numeric or text
-- of decimals, per currency; a ratio with nothing to divide by is null.

-- One row per site that was ever aggregated: whoever updates it may recompute.
create table site_aggregations (
  site_id       text collate "C" primary key,
  -- Time zone of the periods of all rows.
  timezone      text not null,
  aggregated_at timestamptz not null default now()
);

-- Intervals that were computed anew since the site's aggregates were. Append-only, written by rolls.
create table aggregation_marks (
  site_id        text collate "C" not null,
  interval_start timestamptz not null
);
create index aggregation_marks_site on aggregation_marks (site_id, interval_start);

-- The few events that money, cohorts and tournaments are computed from.
create index events_typed on events (site_id, timestamp)
  where event_type in ('signup', 'payment', 'refund', 'revenue', 'cost', 'tournament_created', 'tournament_completed');

create table revenue_aggregates (
  site_id       text collate "C" not null,
  period_type   text not null,
  period_start  date not null,
  currency      text not null,
  total_revenue numeric not null,
  payments      integer not null,
  succeeded     integer not null,
  success_rate  numeric,
  refunds       integer not null,
  refunded      numeric not null,
  mrr           numeric not null,
  arr           numeric not null,
  computed_at   timestamptz not null default now(),
  primary key (site_id, period_type, period_start, currency)
);

create table user_cohorts (
  site_id        text collate "C" not null,
  cohort_month   date not null,
  month_number   integer not null,
  cohort_size    integer not null,
  users_retained integer not null,
  retention_rate numeric not null,
  computed_at    timestamptz not null default now(),
  primary key (site_id, cohort_month, month_number)
);

create table tournament_aggregates (
  site_id              text collate "C" not null,
  period_type          text not null,
  period_start         date not null,
  created              integer not null,
  completed            integer not null,
  completion_rate      numeric,
  total_players        bigint not null,
  average_players      numeric,
  average_duration     numeric,
  most_popular_format  text,
  revenue              jsonb not null,
  computed_at          timestamptz not null default now(),
  primary key (site_id, period_type, period_start)
);

create table profile_performance (
  site_id         text collate "C" not null,
  day             date not null,
  profile_id      text not null,
  impressions     integer not null,
  views           integer not null,
  clicks          integer not null,
  signups         integer not null,
  payments        integer not null,
  conversions     integer not null,
  ctr             numeric,
  conversion_rate numeric,
  revenue         jsonb not null,
  ecpm            jsonb not null,
  computed_at     timestamptz not null default now(),
  primary key (site_id, day, profile_id)
);

create table publisher_performance (
  site_id      text collate "C" not null,
  granularity  text not null,
  bucket_start timestamptz not null,
  ad_requests  integer not null,
  impressions  integer not null,
  clicks       integer not null,
  ctr          numeric,
  fill_rate    numeric,
  revenue      jsonb not null,
  ecpm         jsonb not null,
  computed_at  timestamptz not null default now(),
  primary key (site_id, granularity, bucket_start)
);
