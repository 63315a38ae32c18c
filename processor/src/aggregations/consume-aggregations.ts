import type {
  CohortsData,
  DailyRollupData,
  PeriodData,
  PublisherData,
  SiteData,
} from '@millrace/shared/contract/job-data';
import type { RowsResult } from '@millrace/shared/contract/job-results';
import type { Pool } from '@millrace/shared/platform/postgres';
import { addDays, dayStart } from '@millrace/shared/time/zone-days';
import { type AggregateOptions, aggregateSite } from './aggregate-site.js';
import type { AggregationContext } from './aggregation.js';
import { type ClaimedAggregation, claimAggregation, neverAggregated, unfinishedZone } from './claim-aggregation.js';
import { cohorts } from './cohorts.js';
import { periodOf, resolvePeriod } from './periods.js';
import { profilePerformance } from './profile-performance.js';
import { hoursOf, periodBuckets } from './publisher-buckets.js';
import { publisherHours, publisherSums } from './publisher-performance.js';
import { refreshRevenue } from './refresh-revenue.js';
import { tournaments } from './tournaments.js';

type Dated<Data> = Data & { at: string };
type Run<Data> = (site: ClaimedAggregation, data: Data, now: Date) => Promise<number>;

function runCohorts(site: AggregationContext, { cohortMonth }: CohortsData, now: Date): Promise<number> {
  return cohorts(
    site,
    (months) => ({ cohorts: cohortMonth === undefined ? months : [`${cohortMonth}-01`], months: [] }),
    now,
  );
}

async function runPublisher(site: AggregationContext, data: PublisherData): Promise<number> {
  const { startDate, endDate, granularity } = data;
  const days: string[] = [];
  for (let day = startDate; day <= endDate; day = addDays(day, 1)) days.push(day);
  if (days.length === 0) return 0;
  const zone = site.timezone;
  const buckets = granularity === 'hour' ? [] : periodBuckets(days, granularity, zone);
  const from = buckets[0]?.from ?? dayStart(startDate, zone);
  const to = buckets.at(-1)?.to ?? dayStart(addDays(endDate, 1), zone);
  const hours = await publisherHours(site, hoursOf(from, to, zone));
  return granularity === 'hour' ? hours : publisherSums(site, granularity, buckets);
}

const runs: Record<string, { table: string; run: Run<never> }> = {
  revenue: {
    table: 'revenue_aggregates',
    run: (site, data: Dated<PeriodData>, now) =>
      refreshRevenue(site, { intervals: [], passed: [], periods: [resolvePeriod(data, site.timezone)] }, now),
  },
  cohorts: { table: 'user_cohorts', run: runCohorts },
  tournaments: {
    table: 'tournament_aggregates',
    run: (site, data: Dated<PeriodData>) => tournaments(site, [resolvePeriod(data, site.timezone)]),
  },
  publisher: { table: 'publisher_performance', run: runPublisher },
  DAILY_ROLLUP: {
    table: 'profile_performance',
    run: (site, { date, profileIds }: DailyRollupData) =>
      profilePerformance(site, [periodOf(date, 'day', site.timezone)], profileIds),
  },
};

/** Runs an aggregation job of one site. `all` updates everything; the other jobs recompute one table for the requested period. */
export async function consumeAggregation(
  pool: Pool,
  jobName: string,
  data: Dated<SiteData & object>,
  options: AggregateOptions,
): Promise<RowsResult> {
  const siteId = data.site_id!;
  if (jobName === 'all') return aggregateSite(pool, siteId, options);
  const { table, run } = runs[jobName]!;
  const startedAt = performance.now();
  const result = await claimAggregation(pool, siteId, options, async (claimed) => {
    if (![claimed.timezone, neverAggregated, unfinishedZone].includes(claimed.rowsTimezone)) return undefined;
    const rows = await run(claimed, data as never, options.now);
    return { rows: { [table]: rows }, ms: Math.round(performance.now() - startedAt) };
  });
  // The site's time zone has changed, so every period of every table has other bounds.
  return result ?? aggregateSite(pool, siteId, options);
}
