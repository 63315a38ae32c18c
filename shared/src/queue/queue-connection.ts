/** How the queue's server is connected to: options for whoever adds jobs, for workers, and for starting before the server. */
import {
  type BackendFactory,
  createPostgresBackend,
  type PostgresConnectionOptions,
  type PostgresQueueBackend,
} from 'bullmq';
import type { QueueLocation } from '../platform/config.js';

/** How often a lost Redis is tried again: 50 ms first, 500 ms at most, so that work resumes within a second. */
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

/** Fails at once when Redis is unreachable, and after `commandTimeout` ms when it hangs: for those who answer an HTTP request. */
export const redisFailFast = (commandTimeout: number) => ({
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
export const laxCommit = '-c synchronous_commit=off';

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
 * BullMQ 6.7 remembers the first failure to reach Postgres for ever: a service that started before its database would
 * never recover. This forgets a failed attempt, so that the next call tries again.
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
