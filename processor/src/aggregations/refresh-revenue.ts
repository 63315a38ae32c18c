import { periodTypes } from '@millrace/shared/contract/job-data';
import { addDays, dayOf, dayStart } from '@millrace/shared/time/zone-days';
import type { ClaimedAggregation } from './claim-aggregation.js';
import { daysOf, type Period, periodsOf } from './periods.js';
import { revenue } from './revenue.js';
import { clipRanges, mergeIntervals, syncMoneyEvents, type TimeRange } from './sync-money-events.js';
import { syncMovements } from './sync-movements.js';
import { markTable } from './touched-intervals.js';

/** Contains every possible event. */
const allTime: TimeRange = { from: new Date('0001-01-01T00:00:00Z'), to: new Date('9999-12-31T00:00:00Z') };

const recordMoney = `/* processor.recordMoney */
update site_aggregations set revenue_at = aggregated_at, revenue_grace_days = $2 where site_id = $1`;

const firstDay = `/* processor.firstDayOfMoney */
select least(
  (select min(timestamp at time zone $2)::date from money_events where site_id = $1),
  (select min(day) from mrr_movements where site_id = $1),
  (select min(period_start) from revenue_aggregates where site_id = $1))::text as first`;

export interface RevenueChanges {
  /** Starts of 15-minute intervals whose events may have changed. */
  intervals: Date[];
  /** Days that began or ended since the last run. */
  passed: string[];
  /** Periods to recompute in any case. */
  periods?: Period[];
}

/**
 * Recomputes revenue for the periods of changed payments, and for every period from the first day on which recurring revenue
 * changed, however long ago. Profiles of the affected days are marked. Returns the number of rows written.
 */
export async function refreshRevenue(site: ClaimedAggregation, touched: RevenueChanges, now: Date): Promise<number> {
  const { client, siteId, timezone, rawSince } = site;
  const isCurrent = site.isMoneyCurrent && site.rowsTimezone === timezone;
  const requested = touched.periods ?? [];
  const ranges = isCurrent ? [...mergeIntervals(touched.intervals), ...requested] : [allTime];
  const timestamps = await syncMoneyEvents(site, clipRanges(ranges, rawSince));
  const changed = daysOf(timestamps, timezone);
  // A transaction counts where it came first, and that may have moved to another day.
  await markTable(
    site,
    'profile_performance',
    changed.map((day) => dayStart(day, timezone)),
  );
  const days = new Set([...changed, ...touched.passed]);
  let from = timestamps.length > 0 || !isCurrent ? await syncMovements(site, site.graceDays) : undefined;
  if (!isCurrent) {
    const { rows } = await client.query<{ first: string | null }>(firstDay, [siteId, timezone]);
    from = rows[0]!.first ?? undefined;
  }
  const today = dayOf(now, timezone);
  for (let day = from ?? addDays(today, 1); day <= today; day = addDays(day, 1)) days.add(day);
  await client.query(recordMoney, [siteId, site.graceDays]);
  const periods = periodTypes.flatMap((type) => periodsOf(days, type, timezone));
  const keys = new Set(periods.map(({ type, start }) => `${type} ${start}`));
  return revenue(site, [...periods, ...requested.filter(({ type, start }) => !keys.has(`${type} ${start}`))], now);
}
