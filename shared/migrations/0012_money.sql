-- Recurring revenue with its movements. Everything here is computed from events again by the first aggregation of each site.

-- Payments, refunds and changes of subscriptions, so that each counts once however far apart it was delivered, and so that
-- subscriptions outlive the raw events that began them.
create table money_events (
  site_id         text collate "C" not null,
  timestamp       timestamptz not null,
  event_id        uuid not null,
  -- payment, failed, refund, changed, canceled
  kind            text not null,
  -- Of events of a kind with one such name the first counts: a transaction, a refund, or else the event's own id.
  counts_by       text not null,
  transaction_id  text,
  subscription_id text,
  user_id         text,
  profile_id      text,
  currency        text,
  amount          numeric,
  -- day, week, month, quarter, year; null where nothing recurs
  plan_interval   text,
  interval_count  integer not null,
  at_period_end   boolean not null,
  primary key (site_id, timestamp, event_id)
);
create index money_events_once on money_events (site_id, kind, counts_by);

-- By how much the recurring revenue of a site changes on a day, in the site's time zone. Days to come are those on which
-- subscriptions end unless they are paid.
create table mrr_movements (
  site_id  text collate "C" not null,
  currency text not null,
  day      date not null,
  -- new, expansion, contraction, churned, reactivated
  kind     text not null,
  monthly  numeric not null,
  annual   numeric not null,
  primary key (site_id, currency, day, kind)
);

-- `mrr` is what it was before, the sum at the period's end; of a release before this one the rest stays as it is.
alter table revenue_aggregates
  add column mrr_opening     numeric not null default 0,
  add column mrr_new         numeric not null default 0,
  add column mrr_expansion   numeric not null default 0,
  add column mrr_contraction numeric not null default 0,
  add column mrr_churned     numeric not null default 0,
  add column mrr_reactivated numeric not null default 0,
  add column churn_rate      numeric,
  add column net_retention   numeric;

-- Equal to aggregated_at while money_events and mrr_movements are kept up to it, with these days of grace. A release before this
-- one moves aggregated_at alone, and thereby marks the site's money to be computed from all events.
alter table site_aggregations
  add column revenue_at         timestamptz,
  add column revenue_grace_days integer;

create index events_subscriptions on events (site_id, timestamp)
  where event_type in ('subscription_canceled', 'subscription_changed');
