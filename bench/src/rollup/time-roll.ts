import { setTimeout as sleep } from 'node:timers/promises';
import type { ClosingList } from '@millrace/dev/processes/closing-list';
import { CommandError } from '@millrace/shared/commands/command-error';
import { intervalMs } from '@millrace/shared/contract/rollups';
import type { QueueLocation } from '@millrace/shared/platform/config';
import type { Pool } from '@millrace/shared/platform/postgres';
import { addJob } from '@millrace/shared/queue/add-job';
import type { Queue } from '@millrace/shared/queue/queue';
import type { Bench } from '../bench.js';
import type { Database } from '../sides/create-database.js';
import { queueEnvironment, type Server, startProcessor } from '../sides/start-sides.js';
import { openQueue } from '../sides/watch-queue.js';

interface TimedRoll {
  seconds: number;
  /** Still running. */
  processor: Server;
}

const pollEveryMs = 50;
/** A roll that takes longer is stuck. */
const deadlineMs = 3_600_000;

const anythingLeft = `/* bench.anythingLeft */
select exists (select from rollup_marks where interval_start < $1)
  or exists (select from rollup_day_marks where day < ($1::timestamptz at time zone 'UTC')::date) as "isLeft"`;

/**
 * From the first job until no interval that was closed by then, and no day before today, is marked. The queue is paused until
 * the processor is ready, since a starting processor adds a roll job itself.
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

/** @throws CommandError when a job fails or the roll does not finish within an hour. */
async function waitUntilRolled(bench: Bench, pool: Pool, queue: Queue, closedBefore: Date): Promise<void> {
  for (const end = Date.now() + deadlineMs; Date.now() < end; ) {
    bench.stopped.throwIfAborted();
    const { rows } = await pool.query<{ isLeft: boolean }>(anythingLeft, [closedBefore]);
    if (!rows[0]?.isLeft) return;
    const [failed] = await queue.getFailed(0, 0);
    if (failed) throw new CommandError(`Job ${failed.id} of queue ${queue.name} failed: ${failed.failedReason}`);
    await sleep(pollEveryMs);
  }
  throw new CommandError('The roll did not finish within an hour.');
}
