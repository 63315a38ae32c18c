import type { MetricsData } from '@millrace/shared/contract/job-data';
import type { RowsResult } from '@millrace/shared/contract/job-results';
import { inTransaction, type Pool } from '@millrace/shared/platform/postgres';
import { addDays, dayStart } from '@millrace/shared/time/zone-days';
import { unknownSite } from '../aggregations/claim-aggregation.js';
import { periodOf, resolvePeriod } from '../aggregations/periods.js';
import { hoursOf } from '../aggregations/publisher-buckets.js';
import { type MeasuredPeriod, measurePerformance, measureQuality, measureRevenue } from './measures.js';

const measures: Record<MetricsData['metricType'], (period: MeasuredPeriod) => Promise<object>> = {
  performance: measurePerformance,
  revenue: measureRevenue,
  quality: measureQuality,
};

export interface MetricsJob extends Omit<MetricsData, 'site_id' | 'at'> {
  pool: Pool;
  siteId: string;
  timezone: string;
  at: string;
}

type PeriodRange = Pick<MeasuredPeriod, 'before' | 'from' | 'to'>;

/** A clock hour in the site's time zone; for a day, its first hour. */
function resolveHour({ period, at, timezone }: MetricsJob): PeriodRange {
  const isRelative = period === 'previous' || period === 'current';
  const instant = isRelative ? new Date(at) : dayStart(period, timezone);
  const earlier = (time: Date) => new Date(time.getTime() - 1);
  const hourOf = (time: Date) => hoursOf(time, new Date(time.getTime() + 1), timezone)[0]!;
  const current = hourOf(instant);
  const hour = period === 'previous' ? hourOf(earlier(current.from)) : current;
  return { before: hourOf(earlier(hour.from)).from, from: hour.from, to: hour.to };
}

function resolve(job: MetricsJob): PeriodRange {
  const { periodType, period, at, timezone } = job;
  if (periodType === 'hour') return resolveHour(job);
  const { start, from, to } = resolvePeriod({ periodType, period, at }, timezone);
  return { before: periodOf(addDays(start, -1), periodType, timezone).from, from, to };
}

const upsert = `/* processor.writeMetrics */
insert into site_metrics (site_id, metric_type, period_type, period_start, figures)
select site_id, $2, $3, $4, $5 from sites where site_id = $1 for key share
on conflict (site_id, metric_type, period_type, period_start) do update set
  figures = excluded.figures, computed_at = excluded.computed_at`;

/** Replaces the row of the period, so it is safe to repeat. Skipped if the site was erased meanwhile. */
export async function calculateMetrics(job: MetricsJob): Promise<RowsResult> {
  const startedAt = performance.now();
  const range = resolve(job);
  const { siteId, metricType, periodType } = job;
  const { rowCount } = await inTransaction(
    job.pool,
    async (client) => {
      const figures = await measures[metricType]({ client, siteId, ...range });
      return client.query(upsert, [siteId, metricType, periodType, range.from, JSON.stringify(figures)]);
    },
    'begin isolation level read committed',
  );
  if (rowCount === 0) return unknownSite;
  return { rows: { site_metrics: 1 }, ms: Math.round(performance.now() - startedAt) };
}
