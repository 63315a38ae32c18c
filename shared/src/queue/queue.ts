/** Queues, workers and flows on Redis or Postgres: with queue-connection, open-redis and queue-safety the only files that know which. */
import { FlowProducer, type JobType, type Processor, Queue, runMigrations, Worker } from 'bullmq';
import type { QueueLocation } from '../platform/config.js';
import { keepOpen } from '../platform/keep-open.js';
import { createErrorLog, type Logger } from '../platform/logger.js';
import type { PoolClient } from '../platform/postgres.js';
import {
  createRecoveringBackend,
  laxCommit,
  postgresOptions,
  queueSchema,
  redisFailFast,
  redisOptions,
} from './queue-connection.js';

export type { FlowProducer, Job, Queue, Worker } from 'bullmq';

/**
 * A queue to add jobs to. Until it was ready once its calls wait; afterwards they fail rather than wait when the queue is away.
 * When `waitUntilReady` rejects it may never become ready: services use {@link openQueue}.
 */
export function createQueue(name: string, location: QueueLocation, logger: Logger, commandTimeoutMs = 1_500): Queue {
  const options = { prefix: location.prefix };
  const queue =
    location.kind === 'redis'
      ? new Queue(name, { ...options, connection: { ...redisOptions(location), ...redisFailFast(commandTimeoutMs) } })
      : (new Queue(
          name,
          { ...options, connection: postgresOptions(location, 4) },
          createRecoveringBackend,
        ) as unknown as Queue);
  queue.on('error', createErrorLog(logger, 'the queue reports an error'));
  return queue;
}

/** Jobs that wait for a worker. BullMQ 6.7 counts those of a paused queue apart on Postgres, though it lists them as waiting. */
export const countWaiting = (queue: Queue): Promise<number> => queue.getJobCountByTypes('waiting', 'paused' as JobType);

export interface QueueHandle {
  /** The queue as it is now; do not keep it. */
  readonly queue: Queue;
  close(): Promise<void>;
}

/** A queue that is opened again as long as it fails to become ready, so that a service may start before its queue. */
export function openQueue(
  name: string,
  location: QueueLocation,
  logger: Logger,
  commandTimeoutMs?: number,
): QueueHandle {
  const kept = keepOpen(() => createQueue(name, location, logger, commandTimeoutMs), `queue ${name}`, logger);
  return {
    get queue() {
      return kept.current;
    },
    close: kept.close,
  };
}

export interface FlowsHandle {
  /** As it is now; do not keep it. */
  readonly flows: FlowProducer;
  close(): Promise<void>;
}

/** Adds flows, of any of the queues, over a connection of its own; as {@link openQueue}. */
export function openFlows(location: QueueLocation, logger: Logger, commandTimeoutMs?: number): FlowsHandle {
  const kept = keepOpen(() => createFlows(location, logger, commandTimeoutMs), 'flows', logger);
  return {
    get flows() {
      return kept.current;
    },
    close: kept.close,
  };
}

function createFlows(location: QueueLocation, logger: Logger, commandTimeoutMs = 1_500): FlowProducer {
  const { prefix } = location;
  const flows =
    location.kind === 'redis'
      ? new FlowProducer({ prefix, connection: { ...redisOptions(location), ...redisFailFast(commandTimeoutMs) } })
      : (new FlowProducer(
          { prefix, connection: postgresOptions(location, 2) },
          createRecoveringBackend,
        ) as unknown as FlowProducer);
  flows.on('error', createErrorLog(logger, 'the queue reports an error'));
  return flows;
}

export interface WorkerSettings {
  /** Jobs active at a time in this process. */
  concurrency: number;
  /** Jobs that all workers of the queue together start within a stretch of time. */
  limiter?: { max: number; durationMs: number } | undefined;
}

/**
 * A worker that waits for a queue that is away for as long as it takes. A job whose process died is handed out again after
 * at most lock (10 s) and check interval (2 s).
 */
export function createWorker<Data, Result>(
  name: string,
  location: QueueLocation,
  logger: Logger,
  process: Processor<Data, Result>,
  settings: WorkerSettings,
): Worker<Data, Result> {
  const options = {
    prefix: location.prefix,
    concurrency: settings.concurrency,
    ...(settings.limiter && { limiter: { max: settings.limiter.max, duration: settings.limiter.durationMs } }),
    lockDuration: 10_000,
    stalledInterval: 2_000,
    // A job is not to blame for the deaths of the processes that held it.
    maxStalledCount: 1_000,
    runRetryDelay: 1_000,
    drainDelay: 5,
  };
  const worker =
    location.kind === 'redis'
      ? new Worker<Data, Result>(name, process, {
          ...options,
          connection: { ...redisOptions(location), maxRetriesPerRequest: null },
        })
      : (new Worker(
          name,
          process,
          { ...options, connection: { ...postgresOptions(location, 8), options: laxCommit } },
          createRecoveringBackend,
        ) as unknown as Worker<Data, Result>);
  worker.on('error', createErrorLog(logger, 'the worker reports an error'));
  return worker;
}

/** Creates or updates BullMQ's own tables; does nothing on Redis. `client` is one connection, not a pool. */
export async function migrateQueue(client: PoolClient, location: QueueLocation): Promise<void> {
  if (location.kind === 'postgres') await runMigrations(client, queueSchema(location.prefix));
}
