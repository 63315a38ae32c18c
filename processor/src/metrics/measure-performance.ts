import type { MeasuredPeriod } from './measured-period.js';

const statement = `/* processor.measurePerformance */
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
  const { rows } = await client.query(statement, [siteId, from, to]);
  return rows[0]!;
}
