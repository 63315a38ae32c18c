import {
  cameEarlier,
  countsBy,
  currencyOf,
  decimalOf,
  percent,
  perThousand,
} from '@millrace/shared/contract/money-sql';
import { allTypes } from '@millrace/shared/contract/rollups';
import { type AggregationContext, lateralJoin, periodColumns, withCompleteRawEvents } from './aggregation.js';
import type { Period } from './periods.js';

const counts = `('impression', 'view', 'click', 'signup', 'payment', 'revenue')`;

const countedOnDay = `
    select profile_id, event_type, count(*) as events from events
    where site_id = $1 and timestamp >= day.starts and timestamp < day.ends
      and profile_id is not null and event_type in ${counts} and bot is null and ($6::text[] is null or profile_id = any($6))
    group by profile_id, event_type`;

const paidOnDay = `
      select timestamp, event_id, event_type, profile_id, ${countsBy} as counts_by from events
      where site_id = $1 and timestamp >= day.starts and timestamp < day.ends
        and event_type = 'payment' and properties->>'status' = 'succeeded' and profile_id is not null`;

const earnedOnDay = `
    select profile_id, ${currencyOf} as currency, ${decimalOf('amount')} as amount from events
    where site_id = $1 and timestamp >= day.starts and timestamp < day.ends and event_type = 'revenue' and profile_id is not null`;

const statement = `/* processor.profilePerformance */
with day as materialized (
  select start as day, starts, ends from unnest($2::text[], $3::date[], $4::timestamptz[], $5::timestamptz[]) as p(type, start, starts, ends)
), counted as (
  select day, profile_id, coalesce(sum(events) filter (where event_type = 'impression'), 0) as impressions,
    coalesce(sum(events) filter (where event_type = 'view'), 0) as views,
    coalesce(sum(events) filter (where event_type = 'click'), 0) as clicks,
    coalesce(sum(events) filter (where event_type = 'signup'), 0) as signups
  from (select day.day, found.* from ${lateralJoin('day', countedOnDay)}) as count
  group by day, profile_id
), paid as (
  select day, profile_id, count(distinct counts_by) as payments
  from (select day.day, found.* from ${lateralJoin('day', paidOnDay)}) as payment
  where not ${cameEarlier('payment')}
  group by day, profile_id
), earned as (
  select day, profile_id, currency, sum(amount) as amount from ${lateralJoin('day', earnedOnDay)} group by day, profile_id, currency
), revenue as (
  select day, profile_id, jsonb_object_agg(currency, amount::text) as revenue,
    jsonb_object_agg(currency, ${perThousand('amount', 'impressions')}::text) as ecpm
  from earned join counted using (day, profile_id) where currency is not null and amount is not null group by day, profile_id
), gone as (
  delete from profile_performance r using day
  where r.site_id = $1 and r.day = day.day and ($6::text[] is null or r.profile_id = any($6))
    and not exists (select 1 from counted c where c.day = r.day and c.profile_id = r.profile_id)
)
insert into profile_performance (site_id, day, profile_id, impressions, views, clicks, signups, payments, conversions, ctr,
  conversion_rate, revenue, ecpm, computed_at)
select $1, day, profile_id, impressions, views, clicks, signups, coalesce(payments, 0), signups + coalesce(payments, 0),
  ${percent('clicks', 'impressions')}, ${percent('(signups + coalesce(payments, 0))', 'clicks')}, coalesce(revenue, '{}'),
  coalesce(ecpm, '{}'), now()
from counted left join paid using (day, profile_id) left join revenue using (day, profile_id)
on conflict (site_id, day, profile_id) do update set
  impressions = excluded.impressions, views = excluded.views, clicks = excluded.clicks, signups = excluded.signups,
  payments = excluded.payments, conversions = excluded.conversions, ctr = excluded.ctr,
  conversion_rate = excluded.conversion_rate, revenue = excluded.revenue, ecpm = excluded.ecpm,
  computed_at = excluded.computed_at`;

/** Events per day according to rollups; events not rolled yet are missing. */
const countEvents = `/* processor.countDayEvents */
select coalesce((
  select sum(events) from rollup_15m where site_id = $1 and dimension = 'all' and event_type = '${allTypes}'
    and interval_start >= day.starts and interval_start < day.ends), 0)::float8 as events
from unnest($2::timestamptz[], $3::timestamptz[]) with ordinality as day(starts, ends, place) order by place`;

/** Keeps one statement far below its timeout. */
const defaultEventsPerStatement = 2_000_000;

/** Consecutive days with at most `eventsAtOnce` events together, or a single day with more. */
async function groupDays(
  { client, siteId }: AggregationContext,
  days: Period[],
  eventsAtOnce: number,
): Promise<Period[][]> {
  const bounds = [days.map(({ from }) => from), days.map(({ to }) => to)];
  const { rows } = await client.query<{ events: number }>(countEvents, [siteId, ...bounds]);
  const groups: Period[][] = [];
  let events = 0;
  for (const [at, day] of days.entries()) {
    events += rows[at]!.events;
    const group = groups.at(-1);
    if (group && events <= eventsAtOnce) group.push(day);
    else {
      groups.push([day]);
      events = rows[at]!.events;
    }
  }
  return groups;
}

/**
 * Replaces the rows of the days, limited to `profileIds` if given; returns how many rows were written. Conversions = signups +
 * successful payments, each transaction once; CTR (click-through rate) = clicks / impressions x 100; conversion rate =
 * conversions / clicks x 100; revenue per currency from events of type revenue; eCPM (earnings per thousand impressions) =
 * revenue / impressions x 1000.
 */
export async function profilePerformance(
  site: AggregationContext,
  days: Period[],
  profileIds?: string[],
  eventsAtOnce = defaultEventsPerStatement,
): Promise<number> {
  const complete = withCompleteRawEvents(site, days);
  if (complete.length === 0) return 0;
  let count = 0;
  for (const group of await groupDays(site, complete, eventsAtOnce)) {
    const { rowCount } = await site.client.query(statement, [site.siteId, ...periodColumns(group), profileIds ?? null]);
    count += rowCount ?? 0;
  }
  return count;
}
