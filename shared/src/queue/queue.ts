/**
 * Queues, workers and flows on Redis or Postgres. Only this file, queue-connection and ingestion's queue-safety depend
 * on which one it is.
 */
import {
  FlowProducer,
  type JobType,
  MIGRATION_ADVISORY_LOCK_KEY,
  type Processor,
  Queue,
  runMigrations,
  Worker,
} from 'bullmq';
import type { QueueLocation } from '../platform/config.js';
import { keepOpen } from '../platform/keep-open.js';
import { createErrorLog, type Logger } from '../platform/logger.js';
import type { PoolClient } from '../platform/postgres.js';
import {
  asyncCommit,
  createRecoveringBackend,
  postgresOptions,
  queueSchema,
  redisFailFast,
  redisOptions,
} from './queue-connection.js';

export type { FlowProducer, Job, Queue, Worker } from 'bullmq';

/**
 * A queue to add jobs to. Calls wait until it is ready for the first time; later they fail while the queue is unreachable.
 * If `waitUntilReady` rejects, the queue may never become ready, so services use {@link openQueue}.
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
  queue.on('error', createErrorLog(logger, 'queue error'));
  return queue;
}

/** Jobs that wait for a worker. On Postgres, BullMQ 6.7 counts those of a paused queue separately, but lists them as waiting. */
export const countWaiting = (queue: Queue): Promise<number> => queue.getJobCountByTypes('waiting', 'paused' as JobType);

export interface QueueHandle {
  /** Read it at each use: it may have been reopened. */
  readonly queue: Queue;
  close(): Promise<void>;
}

/** Reopens the queue until it becomes ready, so that a service may start before it. */
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
  /** Read it at each use: it may have been reopened. */
  readonly flows: FlowProducer;
  close(): Promise<void>;
}

/** Like {@link openQueue}, for flows across all queues; uses its own connection. */
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
  flows.on('error', createErrorLog(logger, 'queue error'));
  return flows;
}

export interface WorkerSettings {
  /** Jobs that this process runs at a time. */
  concurrency: number;
  /** At most `max` jobs are started within `durationMs`, by all workers together. */
  limiter?: { max: number; durationMs: number } | undefined;
}

/**
 * A worker that waits for an unreachable queue as long as it takes. If a process dies, its jobs are delivered again after at most
 * 12 s: the lock (10 s) plus the check interval (2 s).
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
    // Jobs must not fail because the processes that ran them died.
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
          { ...options, connection: { ...postgresOptions(location, 8), options: asyncCommit } },
          createRecoveringBackend,
        ) as unknown as Worker<Data, Result>);
  worker.on('error', createErrorLog(logger, 'worker error'));
  return worker;
}

/** Creates or updates BullMQ's tables; does nothing on Redis. `client` is a single connection, not a pool. */
export async function migrateQueue(client: PoolClient, location: QueueLocation): Promise<void> {
  if (location.kind === 'postgres') await runMigrations(client, queueSchema(location.prefix));
}

/** Keeps other processes out of {@link migrateQueue} until the end of the transaction; does nothing on Redis. */
export async function lockQueueSchema(client: PoolClient, location: QueueLocation): Promise<void> {
  if (location.kind === 'redis') return;
  await client.query('/* shared.lockQueueSchema */ select pg_advisory_xact_lock($1, hashtext($2))', [
    MIGRATION_ADVISORY_LOCK_KEY,
    queueSchema(location.prefix),
  ]);
}
