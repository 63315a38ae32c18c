/** The built-in schedules. */
import { addDays, dayOf } from '@millrace/shared/time/zone-days';
import type { CatchUp } from './schedule-rows.js';

/** `data` computes the job data from the slot. */
export interface Task {
  name: string;
  cron: string;
  queue: string;
  job: string;
  data: (slot: Date, zone: string) => Record<string, unknown>;
  catchUp: CatchUp;
  /** Skipped while the job of an earlier slot is waiting or running. */
  oneAtATime?: boolean;
  /** The reason why it is disabled, if it is. */
  disabled?: string;
  /** Disabled by DISABLE_AUTO_SYNC. */
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

/** Increase with every change of the table below: releases with a lower version leave these rows alone. */
export const taskVersion = 2;

/**
 * Names of tasks removed from the table below. Only these are deleted from the database, with their history: an unknown name may be
 * a task of a newer release during an upgrade.
 */
export const removedTasks: readonly string[] = [];

/** Cron expressions are in the time zone of variable TZ. */
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
  // The same job again; costs nothing if nothing changed.
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

export const findTask = (name: string): Task | undefined => tasks.find((task) => task.name === name);
