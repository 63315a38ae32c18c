import { DelayedError } from 'bullmq';
import { newerVersionOf } from '../contract/jobs.js';
import { createErrorLog, type Logger } from '../platform/logger.js';
import type { Job } from './queue.js';

/** Delay before any worker takes the job again: long enough not to keep workers busy returning it. */
const pauseMs = 5_000;

/**
 * Returns a function to call first for each job. During an upgrade, jobs of a newer release may arrive: the function puts them
 * back, delayed, without using up an attempt, for a worker of that release. It resolves for all other jobs.
 * @throws DelayedError, which tells BullMQ that the job is back in the queue.
 */
export function createNewerJobs(logger: Logger): (job: Job<unknown>, token: string) => Promise<void> {
  const log = createErrorLog(logger, 'a job of a newer release goes back to the queue: update this service');
  return async (job, token) => {
    const version = newerVersionOf(job.queueName, job.data);
    if (version === undefined) return;
    log(new Error(`job ${job.id} of queue ${job.queueName} has contract version ${version}`));
    await job.moveToDelayed(Date.now() + pauseMs, token);
    throw new DelayedError();
  };
}
