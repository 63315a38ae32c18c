/** The workers of the queues chosen on the command line. */
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

/** Overrides the contracts of the queues; a rate of 0 removes the limit. */
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
  /** How many days a subscription still counts after its payment was due. */
  graceDays?: number | undefined;
  exportDir?: string;
  /** Months of raw events older than this are dropped once their rollups are verified; 0 keeps them. */
  rawRetentionDays?: number;
}

type StartWorker = (deps: WorkerDeps, concurrency: number | undefined) => RunningWorker;

/** Approximate limit for the event jobs held in memory. */
const maxCharactersInMemory = 8_000_000;

/** Filling one write takes many small jobs or few large ones. Consecutive jobs are of similar size. */
function jobsInMemory(charactersOfJob = 0, concurrency: number): number {
  return Math.min(concurrency, Math.max(2, Math.floor(maxCharactersInMemory / (charactersOfJob + 1))));
}

/** Does not use {@link startJobWorker}: the consumer validates merged jobs itself, and concurrency depends on their size. */
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

/** Undefined keeps the limit of the contract, 0 removes it. */
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
  const consume = createMetricsConsumer({ pool, queueHandle: handle, retry });
  const worker = startJobWorker('metrics-calculation', { ...deps, location: deps.queue, concurrency }, consume);
  return { check: worker.check, close: () => worker.close().then(() => handle.close()) };
};

const startCleanupWorker: StartWorker = (deps, concurrency) => {
  const { pool, logger, exportDir = '', rawRetentionDays = 0 } = deps;
  return startJobWorker('cleanup', { ...deps, location: deps.queue, concurrency }, async (job) => {
    // One job a day is not worth keeping connections open.
    const queues = queueNames.map((name) => openQueue(name, deps.queue, logger));
    const cleanupDeps = { pool, queues, exportDir, rawRetentionDays, now: new Date(), logger };
    try {
      return await cleanUp(cleanupDeps, job.data as CleanupData, (percent) => job.updateProgress(percent));
    } finally {
      await Promise.all(queues.map((handle) => handle.close()));
    }
  });
};

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
