/** The aggregate tables, each with the events it counts and how it is recomputed. */
import { periodTypes } from '@millrace/shared/contract/job-data';
import { dayOf } from '@millrace/shared/time/zone-days';
import { moneyTypes, profileTypes, publisherTypes, tournamentTypes } from './aggregated-types.js';
import { type AggregationContext, startOf } from './aggregation.js';
import type { ClaimedAggregation } from './claim-aggregation.js';
import { updateCohorts } from './cohorts.js';
import { daysOf, periodsOf } from './periods.js';
import { profilePerformance } from './profile-performance.js';
import { hoursOfIntervals, periodBuckets } from './publisher-buckets.js';
import { publisherHours, publisherSums } from './publisher-performance.js';
import { refreshRevenue } from './refresh-revenue.js';
import { startsOf, type TouchedInterval } from './touched-intervals.js';
import { tournaments } from './tournaments.js';

/** What may have changed since a table was last computed. */
export interface TableChanges {
  intervals: TouchedInterval[];
  /** Days that began or ended since the site was last aggregated. */
  passed: string[];
  now: Date;
}

export interface AggregateTable {
  /** SQL expression for the start of a row's period, see {@link deleteRecomputable}. */
  start: string;
  /** Event types it counts; null for all. */
  types: string[] | null;
  recompute: (site: ClaimedAggregation, touched: TableChanges) => Promise<number>;
}

const changedDays = ({ timezone }: AggregationContext, { intervals }: TableChanges) =>
  daysOf(startsOf(intervals), timezone);

async function updatePublisher(site: ClaimedAggregation, touched: TableChanges): Promise<number> {
  const { rawSince, timezone, rowsTimezone } = site;
  const starts = startsOf(touched.intervals);
  const days = daysOf(starts, timezone);
  // On a full recomputation, the week or month that contains the first raw event may have no touched interval left.
  if (rawSince && rowsTimezone !== timezone) days.push(dayOf(rawSince, timezone));
  let rows = await publisherHours(site, hoursOfIntervals(starts, timezone));
  for (const granularity of ['day', 'week', 'month'] as const) {
    rows += await publisherSums(site, granularity, periodBuckets(days, granularity, timezone));
  }
  return rows;
}

/** By table name, in the order of computation. */
export const aggregateTables: Record<string, AggregateTable> = {
  revenue_aggregates: {
    start: startOf('period_start'),
    types: moneyTypes,
    recompute: (site, { intervals, passed, now }) =>
      refreshRevenue(site, { intervals: startsOf(intervals), passed }, now),
  },
  user_cohorts: {
    start: startOf('cohort_month'),
    types: null,
    recompute: (site, { intervals, passed, now }) => updateCohorts(site, intervals, passed, now),
  },
  tournament_aggregates: {
    start: startOf('period_start'),
    types: tournamentTypes,
    recompute: (site, touched) => {
      const days = changedDays(site, touched);
      return tournaments(
        site,
        periodTypes.flatMap((type) => periodsOf(days, type, site.timezone)),
      );
    },
  },
  profile_performance: {
    start: startOf('day'),
    types: profileTypes,
    recompute: (site, touched) => profilePerformance(site, periodsOf(changedDays(site, touched), 'day', site.timezone)),
  },
  publisher_performance: { start: 'bucket_start', types: publisherTypes, recompute: updatePublisher },
};
