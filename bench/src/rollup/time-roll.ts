/** Turns marked intervals into the time that a processor takes to roll them all, and the memory it needs. */
import { setTimeout as sleep } from 'node:timers/promises';
import { ClearError } from '@millrace/dev/clear-error';
import type { ClosingList } from '@millrace/dev/closing-list';
import { intervalMs } from '@millrace/shared/contract/rollups';
import type { QueueLocation } from '@millrace/shared/platform/config';
import type { Pool } from '@millrace/shared/platform/postgres';
import { addJob } from '@millrace/shared/queue/add-job';
import type { Queue } from '@millrace/shared/queue/queue';
import type { Bench } from '../bench.js';
import type { Database } from '../sides/create-database.js';
import { openQueue } from '../sides/queue-look.js';
import { queueEnvironment, type Server, startProcessor } from '../sides/start-sides.js';

export interface TimedRoll {
  seconds: number;
  /** Still running. */
  processor: Server;
}

const checkIntervalMs = 50;
/** Longer than anything takes that is not stuck. */
const deadlineMs = 3_600_000;

const somethingLeft = `/* bench.somethingLeft */
select exists (select from rollup_marks where interval_start < $1)
  or exists (select from rollup_day_marks where day < ($1::timestamptz at time zone 'UTC')::date) as "isLeft"`;

/**
 * From the first job that a processor takes until no interval that was over then and no day before today is marked. The queue
 * is held up until the processor is ready: a processor that starts asks for a roll by itself.
 */
export async function timeRoll(
  bench: Bench,
  closing: ClosingList,
  database: Database,
  location: QueueLocation,
): Promise<TimedRoll> {
  const queue = await openQueue(closing, 'analytics-aggregation', location);
  await queue.pause();
  const processor = await startProcessor(bench, closing, { ...queueEnvironment(location), DATABASE_URL: database.url });
  await addJob(queue, 'roll', {}, { jobId: 'bench-roll' });
  const closedBefore = new Date(Math.floor(Date.now() / intervalMs) * intervalMs);
  const startedAt = performance.now();
  await queue.resume();
  await Promise.race([waitUntilRolled(bench, database.pool, queue, closedBefore), processor.crashed]);
  return { seconds: (performance.now() - startedAt) / 1_000, processor };
}

/** @throws ClearError when a job failed or it takes for ever. */
async function waitUntilRolled(bench: Bench, pool: Pool, queue: Queue, closedBefore: Date): Promise<void> {
  for (const end = Date.now() + deadlineMs; Date.now() < end; ) {
    bench.stopped.throwIfAborted();
    const { rows } = await pool.query<{ isLeft: boolean }>(somethingLeft, [closedBefore]);
    if (!rows[0]?.isLeft) return;
    const [failed] = await queue.getFailed(0, 0);
    if (failed) throw new ClearError(`Job ${failed.id} of queue ${queue.name} failed: ${failed.failedReason}`);
    await sleep(checkIntervalMs);
  }
  throw new ClearError('The roll did not come to an end.');
}
