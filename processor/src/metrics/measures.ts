import { cameEarlier, countsBy, currencyOf, decimalOf, percent } from '@millrace/shared/contract/money-sql';
import type { PoolClient } from '@millrace/shared/platform/postgres';

/** `[from, to)`; the previous period is `[before, from)`. */
export interface MeasuredPeriod {
  client: PoolClient;
  siteId: string;
  before: Date;
  from: Date;
  to: Date;
}

const performance = `/* processor.measurePerformance */
select count(*)::int as events, count(distinct user_id)::int as visitors,
  round(count(*) / nullif(count(distinct user_id), 0)::numeric, 4)::float as events_per_visitor,
  round(percentile_cont(0.5) within group (order by delay)::numeric, 3)::float as delay_p50_ms,
  round(percentile_cont(0.95) within group (order by delay)::numeric, 3)::float as delay_p95_ms
from (
  select user_id, greatest(0, extract(epoch from created_at - timestamp) * 1000) as delay from events
  where site_id = $1 and timestamp >= $2 and timestamp < $3) as event`;

/**
 * Delay is the time from an event's timestamp to its storage, in milliseconds, 0 if the timestamp lies ahead; percentiles are
 * interpolated (SQL's percentile_cont). Null if there are no events or no visitors.
 */
export async function measurePerformance({ client, siteId, from, to }: MeasuredPeriod): Promise<object> {
  const { rows } = await client.query(performance, [siteId, from, to]);
  return rows[0]!;
}

const quality = `/* processor.measureQuality */
with stored as (
  select count(*) as events, count(*) filter (where created_at > timestamp + interval '15 minutes') as late,
    count(*) filter (where user_id is null) as anonymous
  from events where site_id = $1 and timestamp >= $2 and timestamp < $3
), again as (
  select coalesce(sum(duplicates), 0) as duplicates from event_duplicates
  where site_id = $1 and arrived_at >= $2 and arrived_at < $3
), dead as (
  select count(*) as letters from dead_letter_events where site_id = $1 and created_at >= $2 and created_at < $3
)
select events::int, duplicates::int, letters::int as dead_letters, late::int, anonymous::int as without_user,
  ${percent('duplicates', '(events + duplicates + letters)')}::float as duplicates_percent,
  ${percent('letters', '(events + duplicates + letters)')}::float as dead_letters_percent,
  ${percent('late', 'events')}::float as late_percent, ${percent('anonymous', 'events')}::float as without_user_percent
from stored, again, dead`;

/**
 * Duplicates and dead letters are percentages of everything delivered (stored, duplicate or dead-lettered) and count in the period
 * in which they arrived. Late events (stored more than 15 minutes after their timestamp) and events without user are percentages
 * of the events of the period.
 */
export async function measureQuality({ client, siteId, from, to }: MeasuredPeriod): Promise<object> {
  const { rows } = await client.query(quality, [siteId, from, to]);
  return rows[0]!;
}

const revenue = `/* processor.measureRevenue */
with valid as (
  select *, row_number() over (partition by event_type, counts_by order by timestamp, event_id) as number from (
    select timestamp, event_id, event_type, ${countsBy} as counts_by, ${currencyOf} as currency, ${decimalOf('amount')} as amount
    from events
    where site_id = $1 and event_type in ('payment', 'refund') and timestamp >= $2 and timestamp < $4
      and (event_type = 'refund' or properties->>'status' = 'succeeded')) as event
  where currency is not null and amount is not null
), money as (
  select currency, timestamp >= $3 as is_now, case event_type when 'refund' then -amount else amount end as amount
  from valid where number = 1 and not ${cameEarlier('valid')}
), total as (
  select currency, coalesce(sum(amount) filter (where is_now), 0) as now, coalesce(sum(amount) filter (where not is_now), 0) as before
  from money group by currency
)
select coalesce(jsonb_object_agg(currency, jsonb_build_object('total', now::text, 'previous', before::text,
  'change_percent', ${percent('(now - before)', 'abs(before)')})), '{}') as figures from total`;

/** Each transaction and refund counts once, where it came first. Totals are decimals as text, net of refunds; the change is in percent of the previous period, null if that was 0. */
export async function measureRevenue({ client, siteId, before, from, to }: MeasuredPeriod): Promise<object> {
  const { rows } = await client.query<{ figures: object }>(revenue, [siteId, before, from, to]);
  return rows[0]!.figures;
}
