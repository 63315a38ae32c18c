/** Adding jobs to a queue: checked against their contract, with its options. */
import { checkJobData, findQueue } from '../contract/jobs.js';
import type { Queue } from './queue.js';

/** `QUEUE_MAX_ATTEMPTS` and `QUEUE_BACKOFF_DELAY` where somebody set them: for every queue but that of events. */
export interface RetrySettings {
  maxAttempts?: number | undefined;
  backoffMs?: number | undefined;
}

/** What may differ from job to job; `delay` in milliseconds, priority 0 (first) to 2,097,151. */
export interface AddOptions {
  jobId: string;
  delay?: number;
  priority?: number;
  /** No second job waits while one with this id does. */
  deduplication?: { id: string };
  /** The job that waits for this one, however it ends. */
  parent?: { id: string; queue: string };
}

/** Data that break the contract of their job, or a job that nothing consumes; nothing was added. */
export class JobDataError extends Error {
  override readonly name = 'JobDataError';
}

/** BullMQ's options of a job by its contract. */
export function jobOptions(queueName: string, name: string, retry: RetrySettings) {
  const queue = findQueue(queueName)!;
  // How often a job that holds events is tried is not for an operator to lower.
  if (queue.holdsEvents) return queue.options;
  const backoffMs = retry.backoffMs ?? queue.jobs[name]?.backoffMs ?? queue.options.backoff.delay;
  return {
    ...queue.options,
    attempts: retry.maxAttempts ?? queue.jobs[name]?.attempts ?? queue.options.attempts,
    backoff: { ...queue.options.backoff, delay: backoffMs },
  };
}

/** A job to be added. */
export interface NewJob {
  name: string;
  data: unknown;
  options: AddOptions;
}

/**
 * Adds jobs of one queue; one with the id of a job that is still known is left out. Not all or none: ids make it safe to repeat.
 * @throws JobDataError before anything was added, or what the queue says.
 */
export async function addJobs(queue: Queue, jobs: NewJob[], retry: RetrySettings = {}): Promise<void> {
  await queue.addBulk(jobs.map((job) => toBullJob(queue.name, job, retry)));
}

/** Adds one job, as {@link addJobs}. */
export async function addJob(
  queue: Queue,
  name: string,
  data: unknown,
  options: AddOptions,
  retry: RetrySettings = {},
): Promise<void> {
  const job = toBullJob(queue.name, { name, data, options }, retry);
  await queue.add(job.name, job.data, job.opts);
}

function toBullJob(queueName: string, { name, data, options }: NewJob, retry: RetrySettings) {
  const checked = checkJobData(queueName, name, data);
  if (checked.problem !== undefined) throw new JobDataError(checked.problem);
  const waitedFor = options.parent && { ignoreDependencyOnFailure: true };
  return { name, data: checked.data, opts: { ...jobOptions(queueName, name, retry), ...options, ...waitedFor } };
}
