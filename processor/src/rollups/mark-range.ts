/** Turns a range of time into marks on its intervals, so that the next roll computes them anew. */
import type { Pool } from '@millrace/shared/postgres';
import { intervalMs } from '@millrace/shared/rollups';

/** Intervals that have events, and those that have rollups although their events are gone. */
const statement = `/* processor.markRange */
insert into rollup_marks (site_id, interval_start)
select $1, date_bin('15 minutes', timestamp, timestamptz '2000-01-01 00:00:00Z') as start
from events where site_id = $1 and timestamp >= $2 and timestamp < $3 group by start
union
select $1, interval_start from rollup_15m
where site_id = $1 and dimension = 'all' and interval_start >= $2 and interval_start < $3`;

/** Marks the intervals that `[from, to)` touches; returns how many. Marking again changes nothing but the work to do. */
export async function markRange(pool: Pool, siteId: string, from: Date, to: Date): Promise<number> {
  const start = new Date(Math.floor(from.getTime() / intervalMs) * intervalMs);
  const end = new Date(Math.ceil(to.getTime() / intervalMs) * intervalMs);
  const { rowCount } = await pool.query(statement, [siteId, start, end]);
  return rowCount ?? 0;
}
