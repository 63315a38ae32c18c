/** Of days, what rollups tell, and what only raw events do. */
import { completeSince, type DimensionsSince, intervalMs, type RollupDimension } from '@millrace/shared/rollups';
import type { Aggregation } from './aggregation.js';
import type { Stretch } from './keep-money-events.js';
import type { Period } from './periods.js';

/** A stretch of a day, `YYYY-MM-DD`. */
export interface Part extends Stretch {
  day: string;
}

/** Together they make up the days, without overlapping. */
export interface RolledParts {
  /** Days to be read from rollup_days. */
  days: string[];
  /** To be read from rollup_15m. */
  intervals: Part[];
  /** To be read from events. */
  events: Part[];
}

interface RolledState {
  timezone: string;
  detailSince: Date;
  dimensionsSince: DimensionsSince;
}

const readState = `/* processor.readRolledState */
select timezone, detail_since as "detailSince", dimensions_since as "dimensionsSince" from site_rollups where site_id = $1`;

const readOpen = `/* processor.readUnrolled */
select distinct interval_start as start from rollup_marks where site_id = $1 and interval_start >= $2 and interval_start < $3`;

const readOpenDays = `/* processor.readUnrolledDays */
select day::text from rollup_day_marks where site_id = $1`;

/** The quarters of an hour of a day as few parts: those of rollups and those of events. */
function splitDay({ start: day, from, to }: Period, isRolled: (start: number) => boolean, parts: RolledParts): void {
  let last: Part[] | undefined;
  for (let start = from.getTime(); start < to.getTime(); start += intervalMs) {
    const target = isRolled(start) ? parts.intervals : parts.events;
    const end = new Date(Math.min(start + intervalMs, to.getTime()));
    if (target === last) target.at(-1)!.to = end;
    else target.push({ day, from: new Date(start), to: end });
    last = target;
  }
}

/** Days ascending. A day is to be trusted when neither it nor one of its intervals is marked, an interval when it is not marked itself. */
export async function rolledParts(
  { client, siteId, timezone }: Aggregation,
  days: Period[],
  dimension: RollupDimension,
): Promise<RolledParts> {
  const parts: RolledParts = { days: [], intervals: [], events: [] };
  const [first, last] = [days[0], days.at(-1)];
  if (!first || !last) return parts;
  const state = (await client.query<RolledState>(readState, [siteId])).rows[0];
  const open = await client.query<{ start: Date }>(readOpen, [siteId, first.from, last.to]);
  const openDays = await client.query<{ day: string }>(readOpenDays, [siteId]);
  const unrolled = new Set(open.rows.map(({ start }) => start.getTime()));
  const unrolledDays = new Set(openDays.rows.map(({ day }) => day));
  const completeFrom = state ? completeSince(state.dimensionsSince, dimension) : Number.POSITIVE_INFINITY;
  const detailFrom = dimension === 'all' ? completeFrom : Math.max(completeFrom, state?.detailSince.getTime() ?? 0);
  const opens = [...unrolled].sort((one, other) => one - other);
  let next = 0;
  for (const day of days) {
    const [from, to] = [day.from.getTime(), day.to.getTime()];
    while (next < opens.length && opens[next]! < from) next += 1;
    const isOpen = unrolledDays.has(day.start) || (opens[next] ?? to) < to;
    if (!isOpen && state?.timezone === timezone && from >= completeFrom) parts.days.push(day.start);
    else splitDay(day, (start) => start >= detailFrom && !unrolled.has(start), parts);
  }
  return parts;
}

/** Parts of certain days only. */
export const partsOfDays = (parts: RolledParts, isWanted: (day: string) => boolean): RolledParts => ({
  days: parts.days.filter(isWanted),
  intervals: parts.intervals.filter(({ day }) => isWanted(day)),
  events: parts.events.filter(({ day }) => isWanted(day)),
});

/** Parts as three columns: days, starts, ends. */
export const partColumns = (parts: Part[]) => [
  parts.map(({ day }) => day),
  parts.map(({ from }) => from),
  parts.map(({ to }) => to),
];
