/** Turns what changed in a site since its aggregates were computed into fresh ones, in one transaction. */
import { periodTypes } from '@millrace/shared/job-data';
import type { RowsResult } from '@millrace/shared/job-results';
import type { Pool } from '@millrace/shared/postgres';
import { addDays, dayOf } from '@millrace/shared/zone-days';
import type { Aggregation } from './aggregation.js';
import { type ClaimedAggregates, claimAggregates, noteAggregated } from './claim-aggregation.js';
import { touchedCohorts } from './cohorts.js';
import { followMoney } from './follow-money.js';
import { periodsOf } from './periods.js';
import { profilePerformance } from './profile-performance.js';
import { coarserOf, daysOf, hoursOfIntervals } from './publisher-buckets.js';
import { publisherHours, publisherSums } from './publisher-performance.js';
import { tournaments } from './tournaments.js';

/** What may have changed. */
export interface Touched {
  intervals: Date[];
  /** Days of the intervals, and those that have begun or ended since. */
  days: string[];
  /** Days that have begun or ended since. */
  passed: string[];
  /** Days whose payments count otherwise than before, once revenue was recomputed. */
  moneyDays: string[];
}

interface Table {
  /** The column that says when what a row counts began. */
  start: string;
  recompute: (site: ClaimedAggregates, touched: Touched, now: Date) => Promise<number>;
}

const allPeriods = ({ timezone }: Aggregation, days: string[]) =>
  periodTypes.flatMap((type) => periodsOf(days, type, timezone));

async function publisher(site: Aggregation, { intervals, days }: Touched): Promise<number> {
  let rows = await publisherHours(site, hoursOfIntervals(intervals, site.timezone));
  for (const granularity of ['day', 'week', 'month'] as const) {
    rows += await publisherSums(site, granularity, coarserOf(days, granularity, site.timezone));
  }
  return rows;
}

/** Every aggregation by its table, and how it follows what was touched: adding one means its file and one line here. */
export const aggregations: Record<string, Table> = {
  revenue_aggregates: {
    start: 'period_start',
    recompute: followMoney,
  },
  user_cohorts: {
    start: 'cohort_month',
    recompute: (site, { intervals, days }, now) => touchedCohorts(site, intervals, days, now),
  },
  tournament_aggregates: {
    start: 'period_start',
    recompute: (site, { days }) => tournaments(site, allPeriods(site, days)),
  },
  profile_performance: {
    start: 'day',
    recompute: (site, { days, moneyDays }) =>
      profilePerformance(site, periodsOf([...days, ...moneyDays], 'day', site.timezone)),
  },
  publisher_performance: { start: 'bucket_start', recompute: publisher },
};

const takeMarks = `/* processor.takeAggregationMarks */
with taken as (delete from aggregation_marks where site_id = $1 returning interval_start)
select distinct interval_start as start from taken order by 1`;

const everything = `/* processor.allIntervals */
select distinct date_bin('15 minutes', timestamp, timestamptz '2000-01-01 00:00:00Z') as start from events
where site_id = $1 order by 1`;

const openIntervals = `/* processor.openIntervals */
select distinct interval_start as start from rollup_marks where site_id = $1 order by 1`;

async function findTouched(claimed: ClaimedAggregates, now: Date): Promise<Touched> {
  const { client, siteId, timezone, rowsTimezone, aggregatedAt } = claimed;
  const read = async (statement: string) =>
    (await client.query<{ start: Date }>(statement, [siteId])).rows.map(({ start }) => start);
  const marked = await read(takeMarks);
  // What no roll has taken yet is counted too; its roll will mark it once more.
  const changed = rowsTimezone === timezone ? [...marked, ...(await read(openIntervals))] : await read(everything);
  const intervals = [...new Map(changed.map((start) => [start.getTime(), start])).values()];
  const today = dayOf(now, timezone);
  const passed: string[] = [];
  // Periods that have ended since are computed once more, as of their end.
  for (let day = dayOf(aggregatedAt, timezone); day <= today; day = addDays(day, 1)) passed.push(day);
  const days = new Set([...daysOf(intervals, timezone), ...passed]);
  return { intervals, days: [...days].sort(), passed, moneyDays: [] };
}

/** Rows of what raw events no longer tell stay as they are, in the zone that they were counted in. */
const forgetRows = (table: string, start: string) =>
  `/* processor.forgetAggregates */ delete from ${table} where site_id = $1 and ${start} >= $2`;

/** Periods of another time zone are other periods: their rows go, and all are computed anew. */
async function followTimezone(claimed: ClaimedAggregates): Promise<void> {
  const { client, siteId, timezone, rowsTimezone, rawSince } = claimed;
  if (rowsTimezone === timezone) return;
  for (const [table, { start }] of Object.entries(aggregations)) {
    await client.query(forgetRows(table, start), [siteId, rawSince ?? '-infinity']);
  }
}

export interface AggregateOptions {
  now: Date;
  /** REVENUE_GRACE_DAYS */
  graceDays?: number | undefined;
  /** Told percents. */
  onProgress: (percent: number) => Promise<unknown> | unknown;
}

/**
 * Recomputes every aggregate of the site that was touched since the last time, or whose period has ended since. Marks go and rows
 * come on one snapshot: an event that it does not see leaves its mark for the next time.
 */
export async function aggregateSite(pool: Pool, siteId: string, options: AggregateOptions): Promise<RowsResult> {
  const { now, onProgress } = options;
  const startedAt = performance.now();
  return claimAggregates(pool, siteId, options, async (claimed) => {
    const touched = await findTouched(claimed, now);
    await followTimezone(claimed);
    const rows: Record<string, number> = {};
    const tables = Object.entries(aggregations);
    for (const [index, [table, { recompute }]] of tables.entries()) {
      rows[table] = await recompute(claimed, touched, now);
      await onProgress(Math.min(99, Math.round((100 * (index + 1)) / tables.length)));
    }
    await noteAggregated(claimed, now);
    return { rows, ms: Math.round(performance.now() - startedAt) };
  });
}
