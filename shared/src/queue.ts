/** Turns a queue's name and place into a queue or a worker: the only file, beside queue-safety, that knows Redis from Postgres. */
import {
  type BackendFactory,
  createPostgresBackend,
  type JobType,
  type PostgresConnectionOptions,
  type PostgresQueueBackend,
  type Processor,
  Queue,
  runMigrations,
  Worker,
} from 'bullmq';
import type { QueueLocation } from './config.js';
import { withTimeout } from './health.js';
import { createErrorLog, type Logger } from './logger.js';
import type { PoolClient } from './postgres.js';

export type { Job, Queue, Worker } from 'bullmq';

/** How often a lost Redis is tried again: 50 ms first, 500 ms at most, so that work resumes within a second. */
const redisRetryDelayMs = (attempt: number) => Math.min(50 * 2 ** Math.min(attempt, 10), 500);

function redisOptions(location: QueueLocation) {
  const url = new URL(location.url);
  return {
    host: url.hostname.replace(/^\[|\]$/g, '') || '127.0.0.1',
    port: Number(url.port || 6379),
    ...(url.username && { username: decodeURIComponent(url.username) }),
    ...(url.password && { password: decodeURIComponent(url.password) }),
    db: Number(url.pathname.slice(1) || 0),
    ...(url.protocol === 'rediss:' && { tls: {} }),
    keepAlive: 10_000,
    retryStrategy: redisRetryDelayMs,
    reconnectOnError: (error: Error) => error.message.startsWith('READONLY'),
  };
}

/** Fails at once when Redis is away, and after `commandTimeout` ms when it hangs: for those who answer an HTTP request. */
const redisFailFast = (commandTimeout: number) => ({
  enableOfflineQueue: false,
  maxRetriesPerRequest: 1,
  commandTimeout,
  connectTimeout: 1_000,
  // A connection that is dead without having been closed is given up, not only the command.
  socketTimeout: 3_000,
});

/** The schema that holds BullMQ's tables on Postgres. */
export const queueSchema = (prefix: string) => `${prefix}_queue`;

/**
 * For workers only: what a crash of the server takes back is at most that a job was done, and done again it changes nothing.
 * Spares a wait for the disk per job.
 */
const laxCommit = '-c synchronous_commit=off';

function postgresOptions(location: QueueLocation, max: number) {
  return {
    connectionString: location.url,
    schema: queueSchema(location.prefix),
    max,
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
  };
}

/**
 * BullMQ 6.7 remembers the first failure to reach Postgres for ever: a service that started before its database would
 * never recover. This forgets a failed attempt, so that the next call tries again.
 */
const createRecoveringBackend: BackendFactory<PostgresQueueBackend, PostgresConnectionOptions> = (...args) => {
  const backend = createPostgresBackend(...args);
  const parts: unknown[] = [backend, backend.connection];
  for (const part of parts as { waitUntilReady(): Promise<void>; readyPromise?: unknown }[]) {
    const waitUntilReady = part.waitUntilReady.bind(part);
    part.waitUntilReady = () =>
      waitUntilReady().catch((error) => {
        delete part.readyPromise;
        throw error;
      });
  }
  return backend;
};

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

const reopenDelayMs = 200;

/** A queue that is made anew as long as it fails to become ready, so that a service may start before its queue. */
export function openQueue(
  name: string,
  location: QueueLocation,
  logger: Logger,
  commandTimeoutMs?: number,
): QueueHandle {
  let closed = false;
  let queue = open();

  function open(): Queue {
    const opened = createQueue(name, location, logger, commandTimeoutMs);
    opened.waitUntilReady().catch(() => {
      if (closed) return;
      opened.close().catch(() => {});
      setTimeout(() => {
        queue = open();
      }, reopenDelayMs).unref();
    });
    return opened;
  }

  return {
    get queue() {
      return queue;
    },
    async close() {
      closed = true;
      // A queue that is away never finishes closing; nothing is lost by not waiting for it.
      await withTimeout(queue.close(), 1_000, `queue ${name}`).catch((error) =>
        logger.warn({ err: error }, 'queue not closed'),
      );
    },
  };
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
