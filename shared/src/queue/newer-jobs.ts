/** Jobs of a release newer than this one, which runs beside it while a system is upgraded: they are left to its workers. */
import { DelayedError } from 'bullmq';
import { newerVersionOf } from '../contract/jobs.js';
import { createErrorLog, type Logger } from '../platform/logger.js';
import type { Job } from './queue.js';

/** How long such a job rests before any worker takes it again: long enough not to keep workers busy with handing it back. */
const pauseMs = 5_000;

/**
 * Returns the function to be called first for each job. It resolves for a job of this release; one with a newer contract
 * goes back to the queue, delayed, with no attempt spent, and that is logged once in a while.
 * @throws DelayedError, by which BullMQ knows that the job is back in the queue.
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
