/** Turns what an administrator wants of jobs into changes of the queue, or into the reason why not. */
import { randomUUID } from 'node:crypto';
import { checkJobData, findQueue } from '@millrace/shared/contract/jobs';
import { ServiceError } from '@millrace/shared/platform/errors';
import { addJob, type RetrySettings } from '@millrace/shared/queue/add-job';
import type { Job, Queue } from '@millrace/shared/queue/queue';

export interface WantedJob {
  jobName: string;
  data: Record<string, unknown>;
  options: { priority?: number; delay?: number };
}

/** @throws ServiceError when there is no such job in the queue, or its data break their contract. */
export function checkWantedJob(queue: Queue, { jobName, data }: WantedJob): void {
  const { problem, field } = checkJobData(queue.name, jobName, data);
  if (problem !== undefined) {
    // The queue stands in the address, so what is wrong in the body is that it asks for a job there.
    throw new ServiceError('invalid_request', problem, { field: field.startsWith('data') ? field : 'jobName' });
  }
}

/** Adds a job of its own id, which it returns. @throws ServiceError as {@link checkWantedJob}. */
export async function addWantedJob(
  queue: Queue,
  wanted: WantedJob,
  retry: RetrySettings,
  jobId: string = randomUUID(),
): Promise<string> {
  checkWantedJob(queue, wanted);
  await addJob(queue, wanted.jobName, wanted.data, { jobId, ...wanted.options }, retry);
  return jobId;
}

/** BullMQ refuses by code what the state of a job does not allow, by sentence to remove what is locked. */
const isRefused = ({ code, message }: Error & { code?: unknown }) =>
  typeof code === 'number' || message.endsWith('locked by another worker');

/** For what changed since the state was looked at. @throws ServiceError `conflict` when BullMQ refuses. */
async function orConflict(change: Promise<void>, refusal: string): Promise<void> {
  await change.catch((error: Error) => {
    throw isRefused(error) ? new ServiceError('conflict', refusal) : error;
  });
}

/** @throws ServiceError `conflict` when the job has not failed. */
export async function checkRetriable(job: Job): Promise<void> {
  const state = await job.getState();
  if (state !== 'failed')
    throw new ServiceError('conflict', `Job ${job.id} is ${state}: only failed jobs can be retried.`);
}

/** @throws ServiceError `conflict` when the job has not failed. */
export async function retryJob(job: Job): Promise<void> {
  await orConflict(
    job.retry('failed', { resetAttemptsMade: true }),
    `Job ${job.id} is not failed any more: it was retried or removed meanwhile.`,
  );
}

/** @throws ServiceError `conflict` for a job at work, and for one that holds events nobody else has. */
export async function checkRemovable(queue: Queue, job: Job): Promise<void> {
  if (findQueue(queue.name)?.holdsEvents) {
    throw new ServiceError('conflict', 'Jobs of event-ingest hold accepted events: they are stored, not removed.');
  }
  if ((await job.getState()) === 'active') {
    throw new ServiceError('conflict', `Job ${job.id} is running: it can be removed when it has ended.`);
  }
}

/** @throws ServiceError `conflict` when the job, or one that it waits for, is at work. */
export async function removeJob(job: Job): Promise<void> {
  await orConflict(job.remove(), `Job ${job.id}, or one that it waits for, is running or gone by now.`);
}

/** Retries jobs; returns the ids of those that were. Left out are those that somebody else retried or removed meanwhile. */
export async function retryJobs(queue: Queue, ids: string[]): Promise<string[]> {
  const retried: string[] = [];
  for (const id of ids) {
    const job = await queue.getJob(id);
    if (!job) continue;
    await job.retry('failed', { resetAttemptsMade: true }).then(
      () => retried.push(id),
      (error: Error) => {
        if (!isRefused(error)) throw error;
      },
    );
  }
  return retried;
}
