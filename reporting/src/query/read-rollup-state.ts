/** Turns a site and a range into what its rollups can be trusted with, as of the snapshot. */
import { numbersOf } from '@millrace/shared/bitmap';
import type { PoolClient } from '@millrace/shared/postgres';
import { intervalMs } from '@millrace/shared/rollups';
import type { TimeRange } from './resolved-query.js';

export interface RollupState {
  /** Zone of the rows of days. */
  timezone: string;
  lastVisitorNo: number;
  /** Raw events before it were dropped; null while none were. */
  rawSince: Date | null;
  /** Starts of marked intervals that the range touches, in milliseconds since 1970, ascending. */
  markedIntervals: number[];
  markedDays: string[];
}

/** An interval can have as many marks as batches came in, so the index is read from one interval to the next. */
const statement = `/* reporting.readRollupState */
with recursive marked(start) as (
  (select interval_start from rollup_marks
   where site_id = $1 and interval_start >= $2 and interval_start < $3 order by interval_start limit 1)
  union all
  select (select interval_start from rollup_marks
          where site_id = $1 and interval_start > start and interval_start < $3 order by interval_start limit 1)
  from marked where start is not null
)
select timezone, last_visitor_no as "lastVisitorNo", (select since from raw_horizon) as "rawSince",
  (select string_agg(int4send((extract(epoch from start) / 900)::int), '' order by start) from marked) as intervals,
  array(select day::text from rollup_day_marks where site_id = $1 order by day) as "markedDays"
from site_rollups where site_id = $1`;

type Row = Omit<RollupState, 'markedIntervals'> & { intervals: Buffer | null };

/** Undefined for a site that was never rolled. */
export async function readRollupState(
  client: PoolClient,
  siteId: string,
  { from, to }: TimeRange,
): Promise<RollupState | undefined> {
  // The interval in which the range starts counts.
  const first = new Date(Math.floor(from.getTime() / intervalMs) * intervalMs);
  const { rows } = await client.query<Row>(statement, [siteId, first, to]);
  if (!rows[0]) return undefined;
  const { intervals, ...state } = rows[0];
  const numbers = intervals ? Array.from(numbersOf(intervals)) : [];
  // Numbers come unsigned; before 1970 they are not.
  return { ...state, markedIntervals: numbers.map((number) => (number | 0) * intervalMs) };
}
