import { checkJobData, findQueue } from '../contract/jobs.js';
import type { Queue } from './queue.js';

/** `QUEUE_MAX_ATTEMPTS` and `QUEUE_BACKOFF_DELAY`, if set; they apply to every queue except that of events. */
export interface RetrySettings {
  maxAttempts?: number | undefined;
  backoffMs?: number | undefined;
}

/** Options of a single job; `delay` in milliseconds, priority 0 (first) to 2,097,151. */
export interface AddOptions {
  jobId: string;
  delay?: number;
  priority?: number;
  /** The job is not added while another one with this id is waiting. */
  deduplication?: { id: string };
  /** The job that waits for this one, whether it succeeds or fails. */
  parent?: { id: string; queue: string };
}

/** The job's data is invalid, or there is no such job; nothing was added. */
export class JobDataError extends Error {
  override readonly name = 'JobDataError';
}

/** BullMQ's options for a job, from its contract. */
export function jobOptions(queueName: string, name: string, retry: RetrySettings) {
  const queue = findQueue(queueName)!;
  // Operators must not lower the number of attempts for events.
  if (queue.holdsEvents) return queue.options;
  const backoffMs = retry.backoffMs ?? queue.jobs[name]?.backoffMs ?? queue.options.backoff.delay;
  return {
    ...queue.options,
    attempts: retry.maxAttempts ?? queue.jobs[name]?.attempts ?? queue.options.attempts,
    backoff: { ...queue.options.backoff, delay: backoffMs },
  };
}

export interface NewJob {
  name: string;
  data: unknown;
  options: AddOptions;
}

/**
 * Adds jobs to a queue, except those whose id still exists. Not atomic: the ids make it safe to repeat.
 * @throws JobDataError, before anything is added; or the queue's error.
 */
export async function addJobs(queue: Queue, jobs: NewJob[], retry: RetrySettings = {}): Promise<void> {
  await queue.addBulk(jobs.map((job) => toBullJob(queue.name, job, retry)));
}

/** Adds one job, like {@link addJobs}. */
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
  const childOptions = options.parent && { ignoreDependencyOnFailure: true };
  return { name, data: checked.data, opts: { ...jobOptions(queueName, name, retry), ...options, ...childOptions } };
}
