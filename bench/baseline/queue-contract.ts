/** Turns Redis into the queue that the straightforward design's two processes share: one job per event. */
import type { ConnectionOptions, JobsOptions } from 'bullmq';

export const queueName = 'baseline-events';

/** No event may be lost to a passing fault, as in our design. */
export const jobOptions: JobsOptions = {
  attempts: 1_000_000,
  backoff: { type: 'fixed', delay: 1_000 },
  removeOnComplete: true,
  removeOnFail: false,
};

/** What BullMQ's documentation says for a worker is right for the queue as well. */
export const redisConnection = (url: string): ConnectionOptions => ({ url, maxRetriesPerRequest: null });
