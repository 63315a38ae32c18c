/** Runs any number of scheduler replicas on one database and queue, and reads the jobs they add. */
import type { QueueLocation } from '@millrace/shared/platform/config';
import { createTelemetry } from '@millrace/shared/platform/telemetry';
import { silent, type TestDatabase } from '@millrace/shared/testing/database';
import { openQueues, type Queues } from '../../src/open-queues.js';
import { createScheduler, type Scheduler } from '../../src/schedules/scheduler.js';

export interface Replica {
  scheduler: Scheduler;
  queues: Queues;
}

export async function startReplica(
  database: TestDatabase,
  location: QueueLocation,
  isSyncDisabled = true,
): Promise<Replica> {
  const queues = openQueues(location, silent);
  await queues.get('cleanup')!.waitUntilReady();
  const config = { TZ: 'UTC', DISABLE_AUTO_SYNC: isSyncDisabled };
  const telemetry = createTelemetry();
  const scheduler = createScheduler({ pool: database.pool, queues, telemetry, logger: silent, retry: {}, config });
  await scheduler.initialize();
  return { scheduler, queues };
}

export async function stopReplica({ scheduler, queues }: Replica): Promise<void> {
  await scheduler.destroy();
  await queues.close();
}

export interface TestSchedule {
  id: string;
  cron: string;
  timezone?: string;
  catchUp?: string;
  /** ISO 8601. */
  knownSince?: string;
  data?: object;
}

/** Adds a schedule of queue cleanup, like a user would. */
export async function addSchedule(database: TestDatabase, given: TestSchedule): Promise<void> {
  const { id, cron, timezone = 'UTC', catchUp = 'newest', knownSince, data = { type: 'old_logs' } } = given;
  await database.pool.query(
    `insert into schedules (id, name, queue, job, cron, timezone, data, catch_up, known_since)
    values ($1, $1, 'cleanup', 'clean', $2, $3, $4, $5, coalesce($6::timestamptz, now()))`,
    [id, cron, timezone, JSON.stringify(data), catchUp, knownSince],
  );
}

/** Ids of all jobs of the queue that schedules of tests use, sorted. */
export async function cleanupJobs({ queues }: Replica): Promise<string[]> {
  const jobs = await queues.get('cleanup')!.getJobs(['waiting', 'delayed', 'active', 'completed', 'failed'], 0, 10_000);
  return jobs.map(({ id }) => id!).sort();
}

/** The slots that have a run, in order. */
export async function runSlots(database: TestDatabase, id: string): Promise<string[]> {
  const { rows } = await database.pool.query<{ slot: Date }>(
    'select slot from schedule_runs where schedule_id = $1 order by slot',
    [id],
  );
  return rows.map(({ slot }) => slot.toISOString());
}
