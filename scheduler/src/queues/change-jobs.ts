/** Turns what an administrator wants of jobs into changes of the queue, or into the reason why not. */
import { randomUUID } from 'node:crypto';
import { addJob, JobDataError, type RetrySettings } from '@millrace/shared/add-job';
import { ServiceError } from '@millrace/shared/errors';
import type { Job, Queue } from '@millrace/shared/queue';
import { failedOf } from './failed-causes.js';

export interface WantedJob {
  jobName: string;
  data: Record<string, unknown>;
  options: { priority?: number; delay?: number };
}

/** Adds a job of its own id. @throws ServiceError when its data break their contract. */
export async function addWantedJob(queue: Queue, wanted: WantedJob, retry: RetrySettings): Promise<string> {
  const jobId = randomUUID();
  try {
    await addJob(queue, wanted.jobName, wanted.data, { jobId, ...wanted.options }, retry);
  } catch (error) {
    if (error instanceof JobDataError) throw new ServiceError('invalid_request', error.message, { field: 'data' });
    throw error;
  }
  return jobId;
}

/** @throws ServiceError `conflict` when the job has not failed. */
export async function retryJob(job: Job): Promise<void> {
  const state = await job.getState();
  if (state !== 'failed')
    throw new ServiceError('conflict', `Job ${job.id} is ${state}: only failed jobs can be retried.`);
  await job.retry('failed', { resetAttemptsMade: true });
}

/** @throws ServiceError `conflict` for a job at work, and for one that holds events nobody else has. */
export async function removeJob(queue: Queue, job: Job): Promise<void> {
  if (queue.name === 'event-ingest') {
    throw new ServiceError('conflict', 'Jobs of event-ingest hold accepted events: they are stored, not removed.');
  }
  const state = await job.getState();
  if (state === 'active') {
    throw new ServiceError('conflict', `Job ${job.id} is at work: it can be removed when it has ended.`);
  }
  await job.remove();
}

/** Ids of the failed jobs of a cause; retried unless it is a dry run. Those that somebody else retried meanwhile are left out. */
export async function retryCause(queue: Queue, cause: string, dryRun: boolean): Promise<string[]> {
  const jobs = await failedOf(queue, cause);
  if (dryRun) return jobs.map(({ id }) => id!);
  const retried: string[] = [];
  for (const job of jobs) {
    if ((await job.getState()) !== 'failed') continue;
    await job.retry('failed', { resetAttemptsMade: true });
    retried.push(job.id!);
  }
  return retried;
}
