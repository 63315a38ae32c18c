import { setTimeout as sleep } from 'node:timers/promises';
import type { ClosingList } from '@millrace/dev/processes/closing-list';
import { CommandError } from '@millrace/shared/commands/command-error';
import type { EventIngestData } from '@millrace/shared/contract/event-job';
import type { QueueLocation } from '@millrace/shared/platform/config';
import { createQueue, type Job, type Queue } from '@millrace/shared/queue/queue';
import type { Bench } from '../bench.js';
import { silent } from './create-database.js';

export async function openQueue(closing: ClosingList, name: string, location: QueueLocation): Promise<Queue> {
  const queue = createQueue(name, location, silent);
  closing.add(() => queue.close());
  await queue.waitUntilReady();
  return queue;
}

/** Small, because a job can hold 1 MB and a busy machine must read a page within the queue's timeout. */
const pageSize = 20;

/** Sums the `count` in the data of all waiting jobs. */
export async function countQueuedEvents(queue: Queue): Promise<number> {
  let events = 0;
  for (let start = 0; ; start += pageSize) {
    const jobs = await queue.getWaiting(start, start + pageSize - 1);
    for (const job of jobs) events += (job.data as EventIngestData).count;
    if (jobs.length < pageSize) return events;
  }
}

/** For the baseline's queue, which has one job per event. */
export const countQueuedJobs = (queue: Queue): Promise<number> => queue.getWaitingCount();

/** @throws CommandError when a job has failed. */
async function unfinishedJobs(queue: Queue): Promise<number> {
  const counts = await queue.getJobCounts('waiting', 'active', 'delayed', 'failed');
  if (counts.failed) throw new CommandError(`${counts.failed} jobs of queue ${queue.name} failed.`);
  return (counts.waiting ?? 0) + (counts.active ?? 0) + (counts.delayed ?? 0);
}

/** @throws CommandError when `endMs` has passed. */
async function waitUntil(
  condition: () => Promise<boolean>,
  pauseMs: number,
  endMs: number,
  queue: Queue,
): Promise<void> {
  while (!(await condition())) {
    if (Date.now() > endMs) throw new CommandError(`Queue ${queue.name} was not drained in time.`);
    await sleep(pauseMs);
  }
}

export function waitUntilDrained(queue: Queue, deadlineSeconds: number): Promise<void> {
  const isDrained = async () => (await unfinishedJobs(queue)) === 0;
  return waitUntil(isDrained, 50, Date.now() + deadlineSeconds * 1_000, queue);
}

/** Seconds from when a worker takes the first job until the last one is done, which is when its rows are stored. */
export async function timeDrain(queue: Queue, deadlineSeconds: number): Promise<number> {
  const full = await queue.getWaitingCount();
  const hasStarted = async () => (await queue.getWaitingCount()) < full;
  await waitUntil(hasStarted, 5, Date.now() + deadlineSeconds * 1_000, queue);
  const startedAt = performance.now();
  await waitUntilDrained(queue, deadlineSeconds);
  return (performance.now() - startedAt) / 1_000;
}

const jobDeadlineMs = 1_800_000;

/** @throws CommandError when the job fails or does not finish within half an hour. */
export async function waitForJob(bench: Bench, queue: Queue, id: string): Promise<Job> {
  for (const end = Date.now() + jobDeadlineMs; Date.now() < end; ) {
    bench.stopped.throwIfAborted();
    const job = await queue.getJob(id);
    if (job?.failedReason) throw new CommandError(`Job ${id} failed: ${job.failedReason}`);
    if (job?.finishedOn) return job;
    await sleep(20);
  }
  throw new CommandError(`Job ${id} did not finish within half an hour.`);
}
