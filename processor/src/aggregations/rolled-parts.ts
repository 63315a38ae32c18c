/** Of days, what rollups tell, and what only raw events do. */
import { intervalMs } from '@millrace/shared/contract/rollups';
import type { Aggregation } from './aggregation.js';
import type { Stretch } from './keep-money-events.js';
import type { Period } from './periods.js';

/** A stretch of a day, `YYYY-MM-DD`. */
export interface Part extends Stretch {
  day: string;
}

/** Parts of stretches, without overlapping. */
export interface SplitParts<Of extends Stretch> {
  /** To be read from rollup_15m. */
  intervals: Of[];
  /** To be read from events. */
  events: Of[];
}

/** Together they make up the days, without overlapping. */
export interface RolledParts extends SplitParts<Part> {
  /** Days to be read from rollup_days. */
  days: string[];
}

/** What rollups tell of a stretch of time. */
interface Rolled {
  /** The zone that rollup_days is in; undefined without rollups. */
  timezone: string | undefined;
  /** Starts of intervals that are marked, ascending. */
  opens: number[];
  /** Whether an interval is to be trusted, by its start. */
  isRolled: (start: number) => boolean;
}

const readState = `/* processor.readRolledState */
select timezone from site_rollups where site_id = $1`;

const readOpen = `/* processor.readUnrolled */
select distinct interval_start as start from rollup_marks where site_id = $1 and interval_start >= $2 and interval_start < $3`;

const readOpenDays = `/* processor.readUnrolledDays */
select day::text from rollup_day_marks where site_id = $1`;

async function readRolled({ client, siteId }: Aggregation, { from, to }: Stretch): Promise<Rolled> {
  const state = (await client.query<{ timezone: string }>(readState, [siteId])).rows[0];
  const open = await client.query<{ start: Date }>(readOpen, [siteId, from, to]);
  const unrolled = new Set(open.rows.map(({ start }) => start.getTime()));
  return {
    timezone: state?.timezone,
    opens: [...unrolled].sort((one, other) => one - other),
    isRolled: (start) => state !== undefined && !unrolled.has(start),
  };
}

/** Adds the quarters of an hour of a stretch as few parts: those of rollups, if they are whole, and those of events. */
function split<Of extends Stretch>(stretch: Of, { isRolled }: Rolled, parts: SplitParts<Of>): void {
  const to = stretch.to.getTime();
  let last: Of[] | undefined;
  for (let start = stretch.from.getTime(); start < to; start += intervalMs) {
    const isWhole = start % intervalMs === 0 && start + intervalMs <= to;
    const target = isWhole && isRolled(start) ? parts.intervals : parts.events;
    const end = new Date(Math.min(start + intervalMs, to));
    if (target === last) target.at(-1)!.to = end;
    else target.push({ ...stretch, from: new Date(start), to: end });
    last = target;
  }
}

/** Parts of stretches that do not overlap, ascending, without regard to days. */
export async function splitStretches<Of extends Stretch>(site: Aggregation, stretches: Of[]): Promise<SplitParts<Of>> {
  const parts: SplitParts<Of> = { intervals: [], events: [] };
  const [first, last] = [stretches[0], stretches.at(-1)];
  if (!first || !last) return parts;
  const rolled = await readRolled(site, { from: first.from, to: last.to });
  for (const stretch of stretches) split(stretch, rolled, parts);
  return parts;
}

/** Days ascending. A day is to be trusted when neither it nor one of its intervals is marked, an interval when it is not marked itself. */
export async function rolledParts(site: Aggregation, days: Period[]): Promise<RolledParts> {
  const parts: RolledParts = { days: [], intervals: [], events: [] };
  const [first, last] = [days[0], days.at(-1)];
  if (!first || !last) return parts;
  const rolled = await readRolled(site, { from: first.from, to: last.to });
  const openDays = await site.client.query<{ day: string }>(readOpenDays, [site.siteId]);
  const unrolledDays = new Set(openDays.rows.map(({ day }) => day));
  const { opens } = rolled;
  let next = 0;
  for (const { start: day, from, to } of days) {
    while (next < opens.length && opens[next]! < from.getTime()) next += 1;
    const isOpen = unrolledDays.has(day) || (opens[next] ?? Number.POSITIVE_INFINITY) < to.getTime();
    if (!isOpen && rolled.timezone === site.timezone) parts.days.push(day);
    else split({ day, from, to }, rolled, parts);
  }
  return parts;
}

/** Parts of certain days only. */
export const partsOfDays = (parts: RolledParts, isWanted: (day: string) => boolean): RolledParts => ({
  days: parts.days.filter(isWanted),
  intervals: parts.intervals.filter(({ day }) => isWanted(day)),
  events: parts.events.filter(({ day }) => isWanted(day)),
});

/** Three parameters, from number `first` on, as the table `part`; `key` names what its parts are of, `type` is that of the key. */
export const partTable = (first: number, key: string, type: string) =>
  `unnest($${first}::${type}[], $${first + 1}::timestamptz[], $${first + 2}::timestamptz[]) as part(${key}, starts, ends)`;

/** Parts as three columns: days, starts, ends. */
export const partColumns = (parts: Part[]) => [
  parts.map(({ day }) => day),
  parts.map(({ from }) => from),
  parts.map(({ to }) => to),
];
