/** Turns the queues chosen on the command line into running workers. */
import type { QueueLocation } from '@millrace/shared/config';
import {
  type AnalyticsResult,
  analyticsAggregation,
  type EventIngestData,
  type EventIngestResult,
  eventIngest,
} from '@millrace/shared/jobs';
import type { Logger } from '@millrace/shared/logger';
import type { Metrics } from '@millrace/shared/metrics';
import type { Pool } from '@millrace/shared/postgres';
import { createWorker, openQueue, type Worker } from '@millrace/shared/queue';
import { createBatchConsumer } from './events/consume-batches.js';
import { createRollConsumer } from './rollups/consume-rolls.js';
import { triggerRolls } from './rollups/trigger-rolls.js';

export interface WorkerDeps {
  pool: Pool;
  queue: QueueLocation;
  metrics: Metrics;
  logger: Logger;
}

export interface RunningWorker {
  /** Rejects when the queue does not answer. */
  check(): Promise<unknown>;
  /** Takes no new jobs and resolves when the active ones are done. */
  close(): Promise<void>;
}

type StartWorker = (deps: WorkerDeps, concurrency: number | undefined) => RunningWorker;

function logOutcomes<Data, Result>(worker: Worker<Data, Result>, logger: Logger): void {
  worker.on('completed', (job, result) => {
    const ms = (job.finishedOn ?? 0) - (job.processedOn ?? 0);
    logger.info({ queue: worker.name, job: job.id, ms, result }, 'job completed');
  });
  worker.on('failed', (job, error) => {
    logger.error({ queue: worker.name, job: job?.id, attempt: job?.attemptsMade, err: error }, 'job failed');
  });
  worker.on('stalled', (job) => logger.warn({ queue: worker.name, job }, 'took over a job whose processor went away'));
}

/** Characters of event jobs that a processor holds at a time, about. */
const maxCharactersInMemory = 8_000_000;

/** Many small jobs are needed to fill one write, few large ones: jobs that come one after the other are much alike. */
function jobsInMemory(charactersOfJob = 0, concurrency: number): number {
  return Math.min(concurrency, Math.max(2, Math.floor(maxCharactersInMemory / (charactersOfJob + 1))));
}

const startEventWorker: StartWorker = (deps, concurrency = eventIngest.concurrency) => {
  const { pool, queue, metrics, logger } = deps;
  const consumer = createBatchConsumer(pool, metrics, logger);
  const worker = createWorker<EventIngestData, EventIngestResult>(
    eventIngest.queue,
    queue,
    logger,
    (job) => {
      worker.concurrency = jobsInMemory(job.data?.events?.length, concurrency);
      return consumer.consume(job);
    },
    { concurrency },
  );
  logOutcomes(worker, logger);
  return {
    check: () => worker.getBackend().getCounts(['waiting']),
    async close() {
      consumer.stopRetrying();
      await worker.close();
    },
  };
};

const startAnalyticsWorker: StartWorker = (deps, concurrency = analyticsAggregation.concurrency) => {
  const { pool, queue, logger } = deps;
  const handle = openQueue(analyticsAggregation.queue, queue, logger);
  const consumer = createRollConsumer(pool, handle);
  const worker = createWorker<unknown, AnalyticsResult>(
    analyticsAggregation.queue,
    queue,
    logger,
    (job) => consumer.consume(job),
    { concurrency },
  );
  const stopTrigger = triggerRolls(handle, logger);
  logOutcomes(worker, logger);
  return {
    check: () => worker.getBackend().getCounts(['waiting']),
    async close() {
      stopTrigger();
      consumer.stop();
      await worker.close();
      await handle.close();
    },
  };
};

/** Every queue the processor can work on, and how. */
const workersByQueue: Record<string, StartWorker> = {
  [eventIngest.queue]: startEventWorker,
  [analyticsAggregation.queue]: startAnalyticsWorker,
};

export function startWorkers(queues: string[], concurrency: number | undefined, deps: WorkerDeps): RunningWorker[] {
  return queues.map((queue) => workersByQueue[queue]!(deps, concurrency));
}
