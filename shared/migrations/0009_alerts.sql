-- What people want to be told of, whether it is so, and what they were told.
create table alert_rules (
  id               uuid primary key,
  name             text not null,
  kind             text not null check (kind in ('queue_age', 'failure_rate', 'dead_letters', 'site_silent')),
  condition        jsonb not null,
  webhook          text,
  email            text,
  -- What posts to the webhook are signed with: its receiver and whoever reads this table know it.
  secret           text,
  enabled          boolean not null default true,
  -- While it fires, tell again so often; null: once.
  renotify_minutes integer,
  created_at       timestamptz not null default now(),
  check (num_nonnulls(webhook, email) = 1),
  check ((webhook is null) = (secret is null))
);

-- One row per rule; whoever moves evaluated_at on evaluates it.
create table alert_states (
  rule_id      uuid primary key references alert_rules on delete cascade,
  state        text not null default 'ok' check (state in ('ok', 'firing')),
  since        timestamptz not null default now(),
  evaluated_at timestamptz,
  notified_at  timestamptz,
  summary      text,
  -- Why it could not be evaluated the last time.
  problem      text
);

-- One row per message; written with the change of state that it tells of, so that there is one however many evaluate.
create table alert_deliveries (
  id              uuid primary key,
  rule_id         uuid not null references alert_rules on delete cascade,
  event           text not null check (event in ('firing', 'reminder', 'resolved', 'test')),
  body            text not null,
  created_at      timestamptz not null default now(),
  attempts        integer not null default 0,
  -- Null: nothing more will be tried. While an attempt is under way, when it counts as lost.
  next_attempt_at timestamptz,
  delivered_at    timestamptz,
  error           text
);
create index alert_deliveries_due on alert_deliveries (next_attempt_at) where next_attempt_at is not null;
create index alert_deliveries_rule on alert_deliveries (rule_id, created_at);

-- Dead letters of the last minutes, of all sites.
create index dead_letter_events_created on dead_letter_events (created_at);

-- Since when raw events are there; no row while none were ever dropped. What is older lives in rollups only: it is never
-- computed anew, and no event of that time is stored any more.
create table raw_horizon (
  only_row boolean primary key default true check (only_row),
  since    timestamptz not null
);
