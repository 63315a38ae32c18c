/** Turns a queue into figures about it: how many events wait there, and when none does any more. */
import { setTimeout as sleep } from 'node:timers/promises';
import { ClearError } from '@millrace/dev/clear-error';
import type { ClosingList } from '@millrace/dev/closing-list';
import type { EventIngestData } from '@millrace/shared/contract/event-job';
import type { QueueLocation } from '@millrace/shared/platform/config';
import { createQueue, type Queue } from '@millrace/shared/queue/queue';
import { silent } from './create-database.js';

/** Opens the queue beside those who use it. */
export async function openQueue(closing: ClosingList, name: string, location: QueueLocation): Promise<Queue> {
  const queue = createQueue(name, location, silent);
  closing.add(() => queue.close());
  await queue.waitUntilReady();
  return queue;
}

/** A job can hold 1 MB: more at a time take longer than the queue may on a busy machine. */
const pageSize = 20;

/** Adds up the `count` of all waiting jobs, read from the jobs themselves. */
export async function countQueuedEvents(queue: Queue): Promise<number> {
  let events = 0;
  for (let start = 0; ; start += pageSize) {
    const jobs = await queue.getWaiting(start, start + pageSize - 1);
    for (const job of jobs) events += (job.data as EventIngestData).count;
    if (jobs.length < pageSize) return events;
  }
}

/** One waiting job is one event: the straightforward design's queue. */
export const countQueuedJobs = (queue: Queue): Promise<number> => queue.getWaitingCount();

/** Jobs that are not done yet. @throws ClearError when one has failed. */
async function unfinishedJobs(queue: Queue): Promise<number> {
  const counts = await queue.getJobCounts('waiting', 'active', 'delayed', 'failed');
  if (counts.failed) throw new ClearError(`${counts.failed} jobs of queue ${queue.name} failed.`);
  return (counts.waiting ?? 0) + (counts.active ?? 0) + (counts.delayed ?? 0);
}

/** Asks until the answer is yes. @throws ClearError when `endMs` has passed. */
async function waitUntil(isSo: () => Promise<boolean>, pauseMs: number, endMs: number, queue: Queue): Promise<void> {
  while (!(await isSo())) {
    if (Date.now() > endMs) throw new ClearError(`Queue ${queue.name} was not drained in time.`);
    await sleep(pauseMs);
  }
}

/** Resolves when no job is left. */
export function waitUntilDrained(queue: Queue, deadlineSeconds: number): Promise<void> {
  const isDrained = async () => (await unfinishedJobs(queue)) === 0;
  return waitUntil(isDrained, 50, Date.now() + deadlineSeconds * 1_000, queue);
}

/** Seconds from the first job taken to the last one done; a job is done when its rows are stored. */
export async function timeDrain(queue: Queue, deadlineSeconds: number): Promise<number> {
  const full = await queue.getWaitingCount();
  const hasBegun = async () => (await queue.getWaitingCount()) < full;
  await waitUntil(hasBegun, 5, Date.now() + deadlineSeconds * 1_000, queue);
  const startedAt = performance.now();
  await waitUntilDrained(queue, deadlineSeconds);
  return (performance.now() - startedAt) / 1_000;
}
