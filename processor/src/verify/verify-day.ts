/** Compares the rollups and segments of one day of a site with its raw events. */
import type { PoolClient } from '@millrace/shared/platform/postgres';
import { addDays, dayStart } from '@millrace/shared/time/zone-days';
import { compareGroups } from './compare-groups.js';
import { compareSegments, type SiteSegments } from './compare-segments.js';

/** The range is half-open and consists of whole intervals. */
export interface VerifiedSite {
  siteId: string;
  /** Zone of the days in rollup_days. */
  timezone: string;
  /** Undefined if segments are not compared. */
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
  exists (select 1 from rollup_day_marks where site_id = $1 and day = $4) as "isMarkedDay",
  exists (select 1 from events where site_id = $1 and timestamp >= $2 and timestamp < $3)
    or exists (
      select 1 from rollup_15m where site_id = $1 and dimension = 'all' and interval_start >= $2 and interval_start < $3)
    or exists (select 1 from rollup_days where site_id = $1 and dimension = 'all' and day = $4) as "hasRows"`;

interface DayState {
  marked: Date[];
  isMarkedDay: boolean;
  hasRows: boolean;
}

const later = (a: Date, b: Date) => (a > b ? a : b);
const earlier = (a: Date, b: Date) => (a < b ? a : b);

/** Adds what was compared and what was skipped to `counts`. */
export async function verifyDay(
  client: PoolClient,
  site: VerifiedSite,
  day: string,
  counts: VerifyCounts,
  report: (line: string) => void,
): Promise<void> {
  const { siteId, timezone } = site;
  const [dayFrom, dayTo] = [dayStart(day, timezone), dayStart(addDays(day, 1), timezone)];
  const { rows } = await client.query<DayState>(stateOfDay, [siteId, dayFrom, dayTo, day]);
  const { marked, isMarkedDay, hasRows } = rows[0]!;
  const [from, to] = [later(dayFrom, site.from), earlier(dayTo, site.to)];
  counts.markedIntervals += marked.filter((start) => start >= from && start < to).length;
  const isWhole = from.getTime() === dayFrom.getTime() && to.getTime() === dayTo.getTime();
  const isDayMarked = isMarkedDay || marked.length > 0;
  if (isWhole && isDayMarked) counts.markedDays += 1;
  if (site.segments) {
    counts.segmented += await compareSegments(client, site.segments, { siteId, from, to, marked }, report);
  }
  if (!hasRows) return;
  const range = { siteId, from, to };
  counts.intervals += await compareGroups(client, { ...range, table: 'rollup_15m', buckets: marked }, report);
  if (isWhole && !isDayMarked) {
    counts.days += await compareGroups(client, { ...range, table: 'rollup_days', buckets: day }, report);
  }
}
