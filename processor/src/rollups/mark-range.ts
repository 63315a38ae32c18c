/** Marks the intervals of a time range so that the next roll recomputes them. */
import { intervalMs, intervalStartSql } from '@millrace/shared/contract/rollups';
import type { Pool } from '@millrace/shared/platform/postgres';
import { UnrecoverableError } from 'bullmq';
import { readRawHorizon } from './raw-horizon.js';

/**
 * Marks intervals with events, and those with rollups whose events were erased. Dropped months are never marked, even if a month
 * is being dropped concurrently.
 */
const statement = `/* processor.markRange */
with intervals as (
  select ${intervalStartSql} as start
  from events where site_id = $1 and timestamp >= $2 and timestamp < $3 group by start
  union
  select interval_start from rollup_15m
  where site_id = $1 and dimension = 'all' and interval_start >= $2 and interval_start < $3
), site as materialized (
  select site_id from sites where site_id = $1 for key share
)
insert into rollup_marks (site_id, interval_start)
select site_id, start from site cross join intervals where start >= coalesce((select since from raw_horizon), '-infinity')`;

/** Times without raw events exist only in rollups; recomputing would delete them. */
async function refuseClosed(pool: Pool, from: Date): Promise<void> {
  const horizon = await readRawHorizon(pool);
  if (!horizon || from >= horizon.closedBefore) return;
  throw new UnrecoverableError(
    `The raw events before ${horizon.since.toISOString()} are gone (RAW_RETENTION_DAYS), and rollups before ${horizon.closedBefore.toISOString()} are final: use a range that starts there or later.`,
  );
}

/**
 * Marks the intervals that `[from, to)` touches; returns how many. Safe to repeat.
 * @throws UnrecoverableError if raw events of the range were dropped: nothing is marked, and a retry would not help.
 */
export async function markRange(pool: Pool, siteId: string, from: Date, to: Date): Promise<number> {
  const start = new Date(Math.floor(from.getTime() / intervalMs) * intervalMs);
  const end = new Date(Math.ceil(to.getTime() / intervalMs) * intervalMs);
  await refuseClosed(pool, start);
  const { rowCount } = await pool.query(statement, [siteId, start, end]);
  return rowCount ?? 0;
}
