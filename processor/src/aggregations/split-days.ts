/** Splits days into the parts that rollups cover and the parts that must be read from raw events. */
import { intervalMs } from '@millrace/shared/contract/rollups';
import type { AggregationContext } from './aggregation.js';
import type { Period } from './periods.js';
import type { TimeRange } from './sync-money-events.js';

/** A part of a day, `YYYY-MM-DD`. */
export interface DayPart extends TimeRange {
  day: string;
}

/** Disjoint parts of time ranges. */
export interface SplitRanges<Of extends TimeRange> {
  /** Read from rollup_15m. */
  intervals: Of[];
  /** Read from raw events. */
  events: Of[];
}

/** Disjoint parts that together make up the days. */
export interface SplitDays extends SplitRanges<DayPart> {
  /** Days read from rollup_days. */
  days: string[];
}

/** What rollups cover in a time range. */
interface Coverage {
  /** Time zone of rollup_days; undefined without rollups. */
  timezone: string | undefined;
  /** Starts of marked intervals, ascending. */
  marked: number[];
  /** Whether the rollup of the interval with this start is current. */
  isRolled: (start: number) => boolean;
}

const readState = `/* processor.readRolledState */
select timezone from site_rollups where site_id = $1`;

const readOpen = `/* processor.readUnrolled */
select distinct interval_start as start from rollup_marks where site_id = $1 and interval_start >= $2 and interval_start < $3`;

const readOpenDays = `/* processor.readUnrolledDays */
select day::text from rollup_day_marks where site_id = $1`;

async function readCoverage({ client, siteId }: AggregationContext, { from, to }: TimeRange): Promise<Coverage> {
  const state = (await client.query<{ timezone: string }>(readState, [siteId])).rows[0];
  const open = await client.query<{ start: Date }>(readOpen, [siteId, from, to]);
  const unrolled = new Set(open.rows.map(({ start }) => start.getTime()));
  return {
    timezone: state?.timezone,
    marked: [...unrolled].sort((one, other) => one - other),
    isRolled: (start) => state !== undefined && !unrolled.has(start),
  };
}

/** Splits a range into as few parts as possible; only whole intervals can be read from rollups. */
function splitRange<Of extends TimeRange>(range: Of, { isRolled }: Coverage, parts: SplitRanges<Of>): void {
  const to = range.to.getTime();
  let last: Of[] | undefined;
  for (let start = range.from.getTime(); start < to; start += intervalMs) {
    const isWhole = start % intervalMs === 0 && start + intervalMs <= to;
    const target = isWhole && isRolled(start) ? parts.intervals : parts.events;
    const end = new Date(Math.min(start + intervalMs, to));
    if (target === last) target.at(-1)!.to = end;
    else target.push({ ...range, from: new Date(start), to: end });
    last = target;
  }
}

/** Splits disjoint, ascending ranges, without using rollup_days. */
export async function splitRanges<Of extends TimeRange>(
  site: AggregationContext,
  ranges: Of[],
): Promise<SplitRanges<Of>> {
  const parts: SplitRanges<Of> = { intervals: [], events: [] };
  const [first, last] = [ranges[0], ranges.at(-1)];
  if (!first || !last) return parts;
  const rolled = await readCoverage(site, { from: first.from, to: last.to });
  for (const range of ranges) splitRange(range, rolled, parts);
  return parts;
}

/** Splits ascending days. The rollup of a day is current when neither the day nor any of its intervals is marked. */
export async function splitDays(site: AggregationContext, days: Period[]): Promise<SplitDays> {
  const parts: SplitDays = { days: [], intervals: [], events: [] };
  const [first, last] = [days[0], days.at(-1)];
  if (!first || !last) return parts;
  const rolled = await readCoverage(site, { from: first.from, to: last.to });
  const openDays = await site.client.query<{ day: string }>(readOpenDays, [site.siteId]);
  const unrolledDays = new Set(openDays.rows.map(({ day }) => day));
  const { marked } = rolled;
  let next = 0;
  for (const { start: day, from, to } of days) {
    while (next < marked.length && marked[next]! < from.getTime()) next += 1;
    const isOpen = unrolledDays.has(day) || (marked[next] ?? Number.POSITIVE_INFINITY) < to.getTime();
    if (!isOpen && rolled.timezone === site.timezone) parts.days.push(day);
    else splitRange({ day, from, to }, rolled, parts);
  }
  return parts;
}

/** The parts of some of the days. */
export const filterDays = (parts: SplitDays, isIncluded: (day: string) => boolean): SplitDays => ({
  days: parts.days.filter(isIncluded),
  intervals: parts.intervals.filter(({ day }) => isIncluded(day)),
  events: parts.events.filter(({ day }) => isIncluded(day)),
});

/** SQL for a table `part` of the three parameters from number `first` on; `key` is the name of its first column. */
export const partTable = (first: number, key: string, type: string) =>
  `unnest($${first}::${type}[], $${first + 1}::timestamptz[], $${first + 2}::timestamptz[]) as part(${key}, starts, ends)`;

/** The parameters of {@link partTable}. */
export const partColumns = (parts: DayPart[]) => [
  parts.map(({ day }) => day),
  parts.map(({ from }) => from),
  parts.map(({ to }) => to),
];
