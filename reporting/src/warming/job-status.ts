/** Reports the state of the warming jobs across all replicas. */

import type { Pool } from '@millrace/shared/platform/postgres';
import { parseCron } from '@millrace/shared/time/cron';
import { findDataset } from '../datasets/datasets.js';
import { cacheKeys, cleanupKey } from './cache-keys.js';
import { warmingJobs } from './control-warming.js';

export interface JobStatus {
  id: string;
  name: string;
  /** Of the current run, or else of the last one; `scheduled` before the first. */
  status: 'running' | 'completed' | 'failed' | 'scheduled';
  /** False while its schedule is stopped. */
  enabled: boolean;
  lastRun: Date | null;
  nextRun: Date | null;
  /** Of the last run, in milliseconds. */
  duration: number | null;
  error: string | null;
}

export interface JobTotals {
  /** Finished runs, successful or not. */
  totalJobs: number;
  successfulJobs: number;
  failedJobs: number;
  /** Milliseconds; null before the first run. */
  averageJobDuration: number | null;
  lastCleanup: Date | null;
}

const statement = `/* reporting.readWarmingJobs */
select id, coalesce(running_until > now(), false) as "isRunning", last_run as "lastRun", duration_ms as duration, error,
  cron, timezone, coalesce(enabled, false) as enabled
from unnest($1::text[]) with ordinality as job(id, place)
left join cache_jobs run using (id) left join (select id, cron, timezone, enabled from schedules) as schedule using (id)
order by place`;

interface Row extends Pick<JobStatus, 'id' | 'lastRun' | 'duration' | 'error' | 'enabled'> {
  isRunning: boolean;
  cron: string | null;
  timezone: string | null;
}

const nameOf = (id: string) =>
  id === cleanupKey ? 'Cleanup of cached answers' : findDataset(cacheKeys[id]!.dataset).title;

function statusOf({ isRunning, lastRun, error }: Row): JobStatus['status'] {
  if (isRunning) return 'running';
  if (error !== null) return 'failed';
  return lastRun === null ? 'scheduled' : 'completed';
}

function nextRunOf({ cron, timezone, enabled }: Row, now: Date): Date | null {
  if (!enabled || cron === null || timezone === null) return null;
  const parsed = parseCron(cron, timezone);
  return parsed.problem === undefined ? parsed.cron.slotAfter(now) : null;
}

/** `isSyncDisabled`: with DISABLE_AUTO_SYNC no schedule starts jobs. */
export async function readJobs(pool: Pool, now: Date, isSyncDisabled: boolean): Promise<JobStatus[]> {
  const { rows } = await pool.query<Row>(statement, [warmingJobs]);
  return rows.map((found) => {
    const row = { ...found, enabled: found.enabled && !isSyncDisabled };
    const { id, enabled, lastRun, duration, error } = row;
    return {
      id,
      name: nameOf(id),
      status: statusOf(row),
      enabled,
      lastRun,
      nextRun: nextRunOf(row, now),
      duration,
      error,
    };
  });
}

const totals = `/* reporting.readWarmingTotals */
select coalesce(sum(runs), 0)::float8 as "totalJobs", coalesce(sum(runs - failures), 0)::float8 as "successfulJobs",
  coalesce(sum(failures), 0)::float8 as "failedJobs", round(sum(total_ms) / nullif(sum(runs), 0))::float8 as "averageJobDuration",
  max(last_run) filter (where id = $1) as "lastCleanup"
from cache_jobs`;

export async function readTotals(pool: Pool): Promise<JobTotals> {
  return (await pool.query<JobTotals>(totals, [cleanupKey])).rows[0]!;
}
