/** Turns one day of a site into the differences between its rollups and its raw events. */
import type { PoolClient } from '@millrace/shared/postgres';
import { completeSince, type DimensionsSince, rollupDimensions } from '@millrace/shared/rollups';
import { addDays, dayStart } from '@millrace/shared/zone-days';
import { compareGroups } from './compare-groups.js';
import { compareSegments, type SiteSegments } from './compare-segments.js';

/** What to verify: whole intervals, half-open. */
export interface VerifiedSite {
  siteId: string;
  /** Zone of the days in rollup_days. */
  timezone: string;
  /** Null for a site that was never rolled. */
  detailSince: Date | null;
  /** Dimensions are compared where they are complete. */
  dimensionsSince: DimensionsSince;
  /** Undefined where there are none to compare. */
  segments: SiteSegments | undefined;
  from: Date;
  to: Date;
}

export interface VerifyCounts {
  intervals: number;
  /** Intervals whose segments were compared. */
  segmented: number;
  days: number;
  markedIntervals: number;
  markedDays: number;
}

const stateOfDay = `/* processor.stateOfDay */
select array(
    select distinct interval_start from rollup_marks where site_id = $1 and interval_start >= $2 and interval_start < $3
  ) as marked,
  exists (select 1 from rollup_day_marks where site_id = $1 and day = $4) as "dayMarked",
  exists (select 1 from events where site_id = $1 and timestamp >= $2 and timestamp < $3)
    or exists (
      select 1 from rollup_15m where site_id = $1 and dimension = any($5) and interval_start >= $2 and interval_start < $3)
    or exists (select 1 from rollup_days where site_id = $1 and dimension = any($5) and day = $4) as "hasRows"`;

interface DayState {
  marked: Date[];
  dayMarked: boolean;
  hasRows: boolean;
}

const allDimensions = rollupDimensions.map(({ name }) => name);
const later = (a: Date, b: Date) => (a > b ? a : b);
const earlier = (a: Date, b: Date) => (a < b ? a : b);

/** Adds to `counts` what was compared and what was left out. */
export async function verifyDay(
  client: PoolClient,
  site: VerifiedSite,
  day: string,
  counts: VerifyCounts,
  report: (line: string) => void,
): Promise<void> {
  const { siteId, timezone, detailSince } = site;
  const [dayFrom, dayTo] = [dayStart(day, timezone), dayStart(addDays(day, 1), timezone)];
  const { rows } = await client.query<DayState>(stateOfDay, [siteId, dayFrom, dayTo, day, allDimensions]);
  const { marked, dayMarked, hasRows } = rows[0]!;
  const [from, to] = [later(dayFrom, site.from), earlier(dayTo, site.to)];
  counts.markedIntervals += marked.filter((start) => start >= from && start < to).length;
  const isWhole = from.getTime() === dayFrom.getTime() && to.getTime() === dayTo.getTime();
  const isDayMarked = dayMarked || marked.length > 0;
  if (isWhole && isDayMarked) counts.markedDays += 1;
  if (site.segments) {
    counts.segmented += await compareSegments(client, site.segments, { siteId, from, to, marked }, report);
  }
  if (!hasRows) return;
  const seen = { intervals: new Set<string>(), days: new Set<string>() };
  for (const dimension of rollupDimensions) {
    if (completeSince(site.dimensionsSince, dimension.name) > dayFrom.getTime()) continue;
    const rawFrom = dimension.name === 'all' ? from : later(from, detailSince ?? to);
    const range = { siteId, dimension, from, to };
    const intervals = { ...range, table: 'rollup_15m', rawFrom, buckets: marked } as const;
    for (const start of await compareGroups(client, intervals, report)) seen.intervals.add(start);
    if (!isWhole || isDayMarked) continue;
    const wholeDay = { ...range, table: 'rollup_days', rawFrom: from, buckets: day } as const;
    for (const name of await compareGroups(client, wholeDay, report)) seen.days.add(name);
  }
  counts.intervals += seen.intervals.size;
  counts.days += seen.days.size;
}
