import type { Pool, PoolClient } from '../platform/postgres.js';
import type { IntervalRanges } from './interval-ranges.js';

/** Intervals whose raw events were dropped for their age are never marked. */
const statement = `/* shared.markIntervals */
insert into rollup_marks (site_id, interval_start)
select sites.site_id, start from sites cross join lateral (
  select to_timestamp(number * 900.0) as start from unnest($2::int[], $3::int[]) as range("from", "to"),
    generate_series("from", "to" - 1) as number) as intervals
where sites.site_id = $1 and start >= coalesce((select since from raw_horizon), '-infinity')`;

/** Marks intervals, so that their rollups and segments are rebuilt from raw events, for example because a segment is unreadable. */
export async function markIntervals(
  database: Pool | PoolClient,
  siteId: string,
  covers: IntervalRanges,
): Promise<void> {
  const bounds = (place: number) => covers.filter((_, at) => at % 2 === place);
  await database.query(statement, [siteId, bounds(0), bounds(1)]);
}
