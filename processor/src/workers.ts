/** The workers of the queues that are chosen on the command line. */

import type { EventIngestData } from '@millrace/shared/contract/event-job';
import type { CleanupData } from '@millrace/shared/contract/job-data';
import type { EventIngestResult } from '@millrace/shared/contract/job-results';
import { eventIngest, type QueueName, queueNames } from '@millrace/shared/contract/jobs';
import type { QueueLocation } from '@millrace/shared/platform/config';
import type { Logger } from '@millrace/shared/platform/logger';
import type { Pool } from '@millrace/shared/platform/postgres';
import type { Telemetry } from '@millrace/shared/platform/telemetry';
import type { RetrySettings } from '@millrace/shared/queue/add-job';
import { type RunningWorker, startJobWorker, watchJobs } from '@millrace/shared/queue/job-worker';
import { createNewerJobs } from '@millrace/shared/queue/newer-jobs';
import { createWorker, openQueue, type Worker } from '@millrace/shared/queue/queue';
import { cleanUp } from './cleanup/clean-up.js';
import { createBatchConsumer } from './events/consume-batches.js';
import { createAnalyticsConsumer } from './jobs/consume-analytics.js';
import { createMetricsConsumer } from './jobs/consume-metrics.js';
import { createRollConsumer } from './rollups/consume-rolls.js';

/** Instead of what the contracts say; a rate of 0 lifts the limit. */
export interface WorkerLimits {
  requestsPerMinute?: number | undefined;
  siteJobsPerSecond?: number | undefined;
  siteConcurrency?: number | undefined;
}

export interface WorkerDeps {
  pool: Pool;
  queue: QueueLocation;
  telemetry: Telemetry;
  logger: Logger;
  retry?: RetrySettings;
  limits?: WorkerLimits;
  /** Days for which a subscription counts although its payment is due. */
  graceDays?: number | undefined;
  exportDir?: string;
  /** Months of raw events that are older than this go, once their rollups are proven; 0 keeps them. */
  rawRetentionDays?: number;
}

type StartWorker = (deps: WorkerDeps, concurrency: number | undefined) => RunningWorker;

/** Characters of event jobs that a processor holds at a time, about. */
const maxCharactersInMemory = 8_000_000;

/** Many small jobs are needed to fill one write, few large ones: jobs that come one after the other are much alike. */
function jobsInMemory(charactersOfJob = 0, concurrency: number): number {
  return Math.min(concurrency, Math.max(2, Math.floor(maxCharactersInMemory / (charactersOfJob + 1))));
}

/** Not by {@link startJobWorker}: the consumer checks what it merges, and how many jobs are active follows their size. */
const startEventWorker: StartWorker = (deps, concurrency = eventIngest.concurrency) => {
  const { pool, queue, telemetry, logger } = deps;
  const consumer = createBatchConsumer(pool, telemetry, logger);
  const leaveNewer = createNewerJobs(logger);
  const worker = createWorker<EventIngestData, EventIngestResult>(
    eventIngest.queue,
    queue,
    logger,
    async (job, token) => {
      await leaveNewer(job, token!);
      worker.concurrency = jobsInMemory(job.data?.events?.length, concurrency);
      return consumer.consume(job);
    },
    { concurrency },
  );
  watchJobs(worker as Worker, deps);
  return {
    check: () => worker.getBackend().getCounts(['waiting']),
    async close() {
      consumer.stopRetrying();
      await worker.close();
    },
  };
};

/** A limit of the contract, replaced by `max` where that is given, lifted where it is 0. */
const limiterOf = (max: number | undefined, durationMs: number) =>
  max === undefined ? undefined : max === 0 ? null : { max, durationMs };

function startAnalyticsWorker(
  queue: QueueName,
  limiter: { max: number; durationMs: number } | null | undefined,
): StartWorker {
  return (deps, concurrency) => {
    const { pool, retry = {}, graceDays } = deps;
    const siteQueue = openQueue('site-aggregation', deps.queue, deps.logger);
    const rolls = createRollConsumer(pool, undefined, deps.logger);
    const handle = createAnalyticsConsumer({ pool, rolls, siteQueue, retry, graceDays });
    const worker = startJobWorker(queue, { ...deps, location: deps.queue, concurrency, limiter }, handle);
    return {
      check: worker.check,
      async close() {
        rolls.stop();
        await worker.close();
        await siteQueue.close();
      },
    };
  };
}

const startMetricsWorker: StartWorker = (deps, concurrency) => {
  const { pool, retry = {} } = deps;
  const handle = openQueue('metrics-calculation', deps.queue, deps.logger);
  const consume = createMetricsConsumer({ pool, handle, retry });
  const worker = startJobWorker('metrics-calculation', { ...deps, location: deps.queue, concurrency }, consume);
  return { check: worker.check, close: () => worker.close().then(() => handle.close()) };
};

const startCleanupWorker: StartWorker = (deps, concurrency) => {
  const { pool, logger, exportDir = '', rawRetentionDays = 0 } = deps;
  return startJobWorker('cleanup', { ...deps, location: deps.queue, concurrency }, async (job) => {
    // For one job a day no connections are kept.
    const queues = queueNames.map((name) => openQueue(name, deps.queue, logger));
    const cleanupDeps = { pool, queues, exportDir, rawRetentionDays, now: new Date(), logger };
    try {
      return await cleanUp(cleanupDeps, job.data as CleanupData, (percent) => job.updateProgress(percent));
    } finally {
      await Promise.all(queues.map((handle) => handle.close()));
    }
  });
};

/** Every queue the processor can work on, and how. */
const workersByQueue: Record<string, StartWorker> = {
  [eventIngest.queue]: startEventWorker,
  'analytics-aggregation': (deps, concurrency) =>
    startAnalyticsWorker('analytics-aggregation', limiterOf(deps.limits?.requestsPerMinute, 60_000))(deps, concurrency),
  'site-aggregation': (deps, concurrency = deps.limits?.siteConcurrency) =>
    startAnalyticsWorker('site-aggregation', limiterOf(deps.limits?.siteJobsPerSecond, 1_000))(deps, concurrency),
  'metrics-calculation': startMetricsWorker,
  cleanup: startCleanupWorker,
};

export function startWorkers(queues: string[], concurrency: number | undefined, deps: WorkerDeps): RunningWorker[] {
  return queues.map((queue) => workersByQueue[queue]!(deps, concurrency));
}
