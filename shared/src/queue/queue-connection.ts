/** Connection options of the queue, for Redis and Postgres. */
import {
  type BackendFactory,
  createPostgresBackend,
  type PostgresConnectionOptions,
  type PostgresQueueBackend,
} from 'bullmq';
import type { QueueLocation } from '../platform/config.js';

/** From 50 ms up to 500 ms, so that work resumes within a second after Redis is back. */
const redisRetryDelayMs = (attempt: number) => Math.min(50 * 2 ** Math.min(attempt, 10), 500);

export function redisOptions(location: QueueLocation) {
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

/** Fails at once when Redis is unreachable, and after `commandTimeout` ms when it hangs: for use in HTTP requests. */
export const redisFailFast = (commandTimeout: number) => ({
  enableOfflineQueue: false,
  maxRetriesPerRequest: 1,
  commandTimeout,
  connectTimeout: 1_000,
  // Drops a dead connection that was never closed, not just the command.
  socketTimeout: 3_000,
});

/** The Postgres schema of BullMQ's tables. */
export const queueSchema = (prefix: string) => `${prefix}_queue`;

/**
 * For workers only: a crash of the server loses at most the completion of jobs, which are idempotent. Saves a disk sync per job.
 */
export const asyncCommit = '-c synchronous_commit=off';

export function postgresOptions(location: QueueLocation, max: number) {
  return {
    connectionString: location.url,
    schema: queueSchema(location.prefix),
    max,
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
  };
}

/**
 * BullMQ 6.7 caches a failed first connection to Postgres forever, so a service that starts before its database would never
 * recover. This clears the failed attempt, so that the next call tries again.
 */
export const createRecoveringBackend: BackendFactory<PostgresQueueBackend, PostgresConnectionOptions> = (...args) => {
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
