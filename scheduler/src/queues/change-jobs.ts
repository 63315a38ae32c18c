import { randomUUID } from 'node:crypto';
import { checkJobData, findQueue } from '@millrace/shared/contract/jobs';
import { ServiceError } from '@millrace/shared/platform/errors';
import { addJob, type RetrySettings } from '@millrace/shared/queue/add-job';
import type { Job, Queue } from '@millrace/shared/queue/queue';

export interface JobRequest {
  jobName: string;
  data: Record<string, unknown>;
  options: { priority?: number; delay?: number };
}

/** @throws ServiceError for an unknown job name or invalid data. */
export function checkJobRequest(queue: Queue, { jobName, data }: JobRequest): void {
  const { problem, field } = checkJobData(queue.name, jobName, data);
  if (problem !== undefined) {
    // The queue is in the URL, so the field at fault in the body is the job name.
    throw new ServiceError('invalid_request', problem, { field: field.startsWith('data') ? field : 'jobName' });
  }
}

/** Adds a job and returns its id. @throws ServiceError as {@link checkJobRequest}. */
export async function addRequestedJob(
  queue: Queue,
  request: JobRequest,
  retry: RetrySettings,
  jobId: string = randomUUID(),
): Promise<string> {
  checkJobRequest(queue, request);
  await addJob(queue, request.jobName, request.data, { jobId, ...request.options }, retry);
  return jobId;
}

/** BullMQ reports a wrong job state with a numeric code, but a locked job only in the message. */
const isRefused = ({ code, message }: Error & { code?: unknown }) =>
  typeof code === 'number' || message.endsWith('locked by another worker');

/** The state may have changed since it was checked. @throws ServiceError `conflict` if BullMQ refuses. */
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
    `Job ${job.id} is no longer failed: it was retried or removed meanwhile.`,
  );
}

/** @throws ServiceError `conflict` for a running job, and for jobs with accepted events. */
export async function checkRemovable(queue: Queue, job: Job): Promise<void> {
  if (findQueue(queue.name)?.holdsEvents) {
    throw new ServiceError('conflict', 'Jobs of event-ingest contain accepted events and cannot be removed.');
  }
  if ((await job.getState()) === 'active') {
    throw new ServiceError('conflict', `Job ${job.id} is running. It can be removed once it has ended.`);
  }
}

/** @throws ServiceError `conflict` if the job, or one that it waits for, is running. */
export async function removeJob(job: Job): Promise<void> {
  await orConflict(job.remove(), `Job ${job.id}, or a job that it waits for, is now running or gone.`);
}

/** Returns the ids of the retried jobs; skips jobs that were retried or removed meanwhile. */
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
