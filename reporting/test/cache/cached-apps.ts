/** Replicas of reporting in one process, each with its own cache and connections, on one database and one shared store. */
import type { QueueLocation } from '@millrace/shared/platform/config';
import { createPool, type Pool } from '@millrace/shared/platform/postgres';
import { createTelemetry } from '@millrace/shared/platform/telemetry';
import type { Queue } from '@millrace/shared/queue/queue';
import { silent } from '@millrace/shared/testing/database';
import type { Express } from 'express';
import { buildApp } from '../../src/app.js';
import { type AnswerCache, createAnswerCache } from '../../src/cache/answer-cache.js';
import type { AnswerStore } from '../../src/cache/answer-store.js';
import { readIdentities } from '../../src/cache/forget-erased.js';
import { openRedis } from '../../src/cache/open-redis.js';
import { createRedisStore } from '../../src/cache/redis-store.js';
import type { LockTimes } from '../../src/cache/share-answer.js';
import { createTableStore } from '../../src/cache/table-store.js';
import { createGate } from '../../src/reading/gate.js';
import { exportsOn } from '../export-stack.js';

export interface CachedApp {
  app: Express;
  cache: AnswerCache;
  pool: Pool;
  metrics: () => Promise<string>;
  close(): Promise<void>;
}

export interface CachedAppOptions {
  maxBytes?: number;
  sharedBytes?: number;
  clock?: () => Date;
  lockTimes?: LockTimes;
  queue?: () => Queue;
}

export function openStore(location: QueueLocation, pool: Pool, maxBytes: number): AnswerStore & { close(): void } {
  if (location.kind === 'postgres') return { ...createTableStore(pool, maxBytes, silent), close() {} };
  const redis = openRedis(location, silent, 800);
  const store = createRedisStore(redis, location.prefix, maxBytes, (sites) => readIdentities(pool, sites));
  return { ...store, close: () => redis.disconnect() };
}

export function createCachedApp(url: string, location: QueueLocation, options: CachedAppOptions = {}): CachedApp {
  const { maxBytes = 10_000_000, sharedBytes = 50_000_000, clock, lockTimes, queue } = options;
  const pool = createPool(url, silent, { max: 8, statementTimeoutMs: 15_000, applicationName: 'millrace-test' });
  const telemetry = createTelemetry();
  const store = openStore(location, pool, sharedBytes);
  const cache = createAnswerCache({
    ...{ pool, store, logger: silent, telemetry, maxBytes },
    ...(clock && { clock }),
    ...(lockTimes && { lockTimes }),
  });
  const caching = {
    cache,
    isSyncDisabled: false,
    queue: queue ?? (() => Promise.reject(new Error('no queue')) as never),
  };
  const app = buildApp({
    ...{ logger: silent, telemetry, health: {}, isClosing: () => false, pool, writePool: pool, caching },
    gate: createGate({ maxConcurrent: 4, maxWaiting: 2_000, maxWaitMs: 15_000 }),
    exports: exportsOn(pool),
    ...(clock && { clock }),
  });
  return {
    ...{ app, cache, pool },
    metrics: () => telemetry.registry.metrics(),
    async close() {
      store.close();
      await pool.end();
    },
  };
}
