import { currencyOf, decimalOf, percent, perThousand } from '@millrace/shared/contract/money-sql';
import { type AggregationContext, lateralJoin, withCompleteRawEvents } from './aggregation.js';
import { partTable, splitRanges } from './split-days.js';

/** A time range with one row; `[from, to)`. */
export interface Bucket {
  from: Date;
  to: Date;
}

/** A part of the hour that starts at `hour`. */
interface HourPart extends Bucket {
  hour: Date;
}

const replace = (granularity: string) => `, figures as (
  select starts, coalesce(ad_requests, 0) as ad_requests, coalesce(impressions, 0) as impressions, coalesce(clicks, 0) as clicks,
    coalesce(revenue, '{}') as revenue
  from counted full join revenue using (starts)
), gone as (
  delete from publisher_performance r using bucket
  where r.site_id = $1 and r.granularity = ${granularity} and r.bucket_start = bucket.starts
    and not exists (select 1 from figures f where f.starts = r.bucket_start)
)
insert into publisher_performance (site_id, granularity, bucket_start, ad_requests, impressions, clicks, ctr, fill_rate, revenue,
  ecpm, computed_at)
select $1, ${granularity}, starts, ad_requests, impressions, clicks, ${percent('clicks', 'impressions')},
  ${percent('impressions', 'ad_requests')}, revenue, (
    select coalesce(jsonb_object_agg(key, ${perThousand('value::numeric', 'impressions')}::text), '{}')
    from jsonb_each_text(revenue)), now()
from figures
on conflict (site_id, granularity, bucket_start) do update set
  ad_requests = excluded.ad_requests, impressions = excluded.impressions, clicks = excluded.clicks, ctr = excluded.ctr,
  fill_rate = excluded.fill_rate, revenue = excluded.revenue, ecpm = excluded.ecpm, computed_at = excluded.computed_at`;

const countedTypes = `('ad_request', 'impression', 'click')`;

const countedFromRollups = `
    select event_type, events from rollup_15m
    where site_id = $1 and dimension = 'all' and event_type in ${countedTypes}
      and interval_start >= part.starts and interval_start < part.ends`;

const countedFromEvents = `
    select event_type, count(*) as events from events
    where site_id = $1 and timestamp >= part.starts and timestamp < part.ends and event_type in ${countedTypes} and bot is null
    group by event_type`;

/** Counts come from rollups where they are current ($4 to $6), otherwise from raw events ($7 to $9). Revenue always comes from raw events, which are few. */
const hoursStatement = `/* processor.publisherHours */
with bucket as materialized (
  select * from unnest($2::timestamptz[], $3::timestamptz[]) as b(starts, ends)
), counts as (
  select hour, event_type, events from ${lateralJoin(partTable(4, 'hour', 'timestamptz'), countedFromRollups)}
  union all
  select hour, event_type, events from ${lateralJoin(partTable(7, 'hour', 'timestamptz'), countedFromEvents)}
), counted as (
  select hour as starts, coalesce(sum(events) filter (where event_type = 'ad_request'), 0) as ad_requests,
    coalesce(sum(events) filter (where event_type = 'impression'), 0) as impressions,
    coalesce(sum(events) filter (where event_type = 'click'), 0) as clicks
  from counts group by hour
), earned as (
  select ($2::timestamptz[])[place] as starts, ${currencyOf} as currency, sum(${decimalOf('amount')}) as amount
  from (
    select *, width_bucket(timestamp, $2::timestamptz[]) as place from events
    where site_id = $1 and event_type = 'revenue' and timestamp >= (select min(starts) from bucket)
      and timestamp < (select max(ends) from bucket)) as event
  where timestamp < ($3::timestamptz[])[place] group by 1, 2
), revenue as (
  select starts, jsonb_object_agg(currency, amount::text) as revenue from earned
  where currency is not null and amount is not null group by starts
)${replace(`'hour'`)}`;

const hoursOfBucket = `
    select bucket_start, ad_requests, impressions, clicks, revenue from publisher_performance
    where site_id = $1 and granularity = 'hour' and bucket_start >= bucket.starts and bucket_start < bucket.ends`;

const sumsStatement = `/* processor.publisherSums */
with bucket as materialized (
  select * from unnest($2::timestamptz[], $3::timestamptz[]) as b(starts, ends)
), hours as materialized (
  select bucket.starts, found.* from ${lateralJoin('bucket', hoursOfBucket)}
), counted as (
  select starts, sum(ad_requests) as ad_requests, sum(impressions) as impressions, sum(clicks) as clicks from hours group by starts
), earned as (
  select starts, key as currency, sum(value::numeric) as amount from hours, jsonb_each_text(hours.revenue) group by starts, key
), revenue as (
  select starts, jsonb_object_agg(currency, amount::text) as revenue from earned group by starts
)${replace('$4')}`;

const columns = (buckets: Bucket[]) => [buckets.map(({ from }) => from), buckets.map(({ to }) => to)];

const partColumns = (parts: HourPart[]) => [parts.map(({ hour }) => hour), ...columns(parts)];

/** Replaces the rows of whole clock hours, given ascending; returns how many rows were written. */
export async function publisherHours(site: AggregationContext, hours: Bucket[]): Promise<number> {
  const complete = withCompleteRawEvents(site, hours);
  if (complete.length === 0) return 0;
  const wholeHours = complete.map(({ from, to }): HourPart => ({ hour: from, from, to }));
  const parts = await splitRanges(site, wholeHours);
  const { rowCount } = await site.client.query(hoursStatement, [
    site.siteId,
    ...columns(complete),
    ...partColumns(parts.intervals),
    ...partColumns(parts.events),
  ]);
  return rowCount ?? 0;
}

/**
 * Replaces the rows of days, weeks or months by summing their hours, which must be current; returns how many rows were written.
 * CTR = clicks / impressions x 100; fill rate = impressions / ad requests x 100; revenue per currency from events of type
 * revenue; eCPM = revenue / impressions x 1000.
 */
export async function publisherSums(site: AggregationContext, granularity: string, buckets: Bucket[]): Promise<number> {
  if (buckets.length === 0) return 0;
  const { rowCount } = await site.client.query(sumsStatement, [site.siteId, ...columns(buckets), granularity]);
  return rowCount ?? 0;
}
