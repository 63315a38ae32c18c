/** The work that Millrace gives itself by the clock, as one table. */
import { addDays, dayOf } from '@millrace/shared/time/zone-days';
import type { CatchUp } from './schedule-rows.js';

/** One line of the table; `data` follows from the slot. */
export interface Task {
  name: string;
  cron: string;
  queue: string;
  job: string;
  data: (slot: Date, zone: string) => Record<string, unknown>;
  catchUp: CatchUp;
  /** Not started again while the job of an earlier slot waits or works. */
  oneAtATime?: boolean;
  /** Why it does not run; undefined for one that does. */
  disabled?: string;
  /** Kept from running by DISABLE_AUTO_SYNC. */
  isSync?: boolean;
}

const hourMs = 3_600_000;
const nothing = () => ({});

const hourBefore = (slot: Date) => ({
  startTime: new Date(slot.getTime() - (slot.getTime() % hourMs) - hourMs).toISOString(),
  endTime: new Date(slot.getTime() - (slot.getTime() % hourMs)).toISOString(),
});
const yesterday = (slot: Date, zone: string) => addDays(dayOf(slot, zone), -1);

const aggregation = { queue: 'analytics-aggregation', catchUp: 'newest' } as const;
const previous = (periodType: string) => (slot: Date) => ({ periodType, period: 'previous', at: slot.toISOString() });

/** The hour, or the like, before the slot. */
const metrics = (metricType: string): Task => ({
  name: `hourly-metrics-${metricType}`,
  cron: '0 * * * *',
  queue: 'metrics-calculation',
  job: 'calculate',
  data: (slot) => ({ metricType, periodType: 'hour', period: 'previous', at: slot.toISOString() }),
  catchUp: 'all',
});

const cleanup = (type: string): Task => ({
  name: `cleanup-${type.replace('_', '-')}`,
  cron: '0 2 * * *',
  queue: 'cleanup',
  job: 'clean',
  data: () => ({ type }),
  catchUp: 'newest',
});

const warming = (cacheKey: string, cron: string): Task => ({
  name: cacheKey,
  cron,
  queue: 'cache-warming',
  job: 'warm',
  data: () => ({ cacheKeys: [cacheKey] }),
  catchUp: 'none',
  oneAtATime: true,
  isSync: true,
});

const warmedKeys = ['user-growth', 'activity-trends', 'top-items', 'recent-activity', 'performance-metrics'];

/** Raised with every change of the table below: a release with a lower one leaves the rows of this one alone. */
export const taskVersion = 2;

/**
 * Names of tasks that were taken out of the table. Only these are removed from the database, with their history: a name that
 * a release does not know may be a task of a newer one that runs beside it.
 */
export const removedTasks: readonly string[] = [];

/** Every task. Times are of the zone of variable TZ. */
export const tasks: readonly Task[] = [
  { ...aggregation, name: 'roll', cron: '* * * * *', job: 'roll', data: nothing, catchUp: 'none', oneAtATime: true },
  { ...aggregation, name: 'hourly-rollup', cron: '5 * * * *', job: 'HOURLY_ROLLUP', data: hourBefore, catchUp: 'all' },
  {
    ...aggregation,
    name: 'daily-rollup',
    cron: '0 2 * * *',
    job: 'DAILY_ROLLUP',
    data: (slot, zone) => ({ date: yesterday(slot, zone) }),
    catchUp: 'all',
  },
  { ...aggregation, name: 'hourly-aggregations', cron: '0 * * * *', job: 'all', data: nothing, oneAtATime: true },
  // The same work once more: what was not touched since costs nothing.
  { ...aggregation, name: 'daily-aggregation', cron: '0 1 * * *', job: 'all', data: nothing, oneAtATime: true },
  { ...aggregation, name: 'daily-revenue', cron: '0 0 * * *', job: 'revenue', data: previous('day') },
  { ...aggregation, name: 'weekly-tournaments', cron: '0 2 * * 1', job: 'tournaments', data: previous('week') },
  { ...aggregation, name: 'monthly-cohorts', cron: '0 1 1 * *', job: 'cohorts', data: nothing },
  ...['performance', 'revenue', 'quality'].map(metrics),
  ...['old_logs', 'expired_tokens', 'temp_files'].map(cleanup),
  { ...warming('cache-warming', '*/5 * * * *'), data: () => ({ cacheKeys: warmedKeys }), isSync: false },
  warming('user-growth', '*/10 * * * *'),
  warming('activity-trends', '*/5 * * * *'),
  warming('top-items', '*/15 * * * *'),
  warming('recent-activity', '*/2 * * * *'),
  warming('performance-metrics', '*/30 * * * * *'),
  warming('cache-cleanup', '0 * * * *'),
  {
    name: 'weekly-report',
    cron: '0 8 * * 1',
    queue: 'report-generation',
    job: 'GENERATE_REPORT',
    data: () => ({ reportType: 'PROFILE_PERFORMANCE', format: 'PDF', periodType: 'week', period: 'previous' }),
    catchUp: 'newest',
  },
];

/** The task of that name. */
export const findTask = (name: string): Task | undefined => tasks.find((task) => task.name === name);
