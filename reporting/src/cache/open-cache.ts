/** Opens the answer cache of a process and the store that it shares with the other processes. */
import type { QueueLocation } from '@millrace/shared/platform/config';
import type { Lifecycle } from '@millrace/shared/platform/lifecycle';
import { createErrorLog, type Logger } from '@millrace/shared/platform/logger';
import type { Pool } from '@millrace/shared/platform/postgres';
import { repeat } from '@millrace/shared/platform/repeat';
import type { Telemetry } from '@millrace/shared/platform/telemetry';
import { openQueue } from '@millrace/shared/queue/queue';
import type { Caching } from '../routes/cache-routes.js';
import { type AnswerCache, createAnswerCache } from './answer-cache.js';
import type { AnswerStore } from './answer-store.js';
import type { CacheEnvironment } from './cache-settings.js';
import { createForgetErased, readIdentities } from './forget-erased.js';
import { openRedis } from './open-redis.js';
import { createRedisStore } from './redis-store.js';
import { createTableStore } from './table-store.js';

export interface OpenCacheDependencies {
  config: CacheEnvironment;
  location: QueueLocation;
  /** For reads; may be a standby. */
  pool: Pool;
  writePool: Pool;
  logger: Logger;
  telemetry: Telemetry;
  lifecycle: Lifecycle;
}

const megabyte = 1_000_000;
const commandTimeoutMs = 800;
const forgetErasedMs = 60_000;

function openStore({ config, location, writePool, logger, lifecycle }: OpenCacheDependencies): AnswerStore {
  const maxBytes = config.CACHE_SHARED_MB * megabyte;
  if (location.kind === 'postgres') return createTableStore(writePool, maxBytes, logger);
  const redis = openRedis(location, logger, commandTimeoutMs);
  lifecycle.onClose('Redis of answers', () => redis.disconnect());
  return createRedisStore(redis, location.prefix, maxBytes, (siteIds) => readIdentities(writePool, siteIds));
}

/** Undefined if CACHE_MB=0, which disables caching. */
export function openCache(deps: OpenCacheDependencies): AnswerCache | undefined {
  const { config, pool, writePool, logger, telemetry, lifecycle } = deps;
  if (config.CACHE_MB === 0) return undefined;
  const maxBytes = config.CACHE_MB * megabyte;
  const cache = createAnswerCache({ pool, store: openStore(deps), logger, telemetry, maxBytes });
  const onError = createErrorLog(logger, 'could not remove cached answers of erased sites and users');
  const stopRemoval = repeat(createForgetErased(writePool, cache), forgetErasedMs, onError);
  lifecycle.onClose('removal of erased answers', stopRemoval);
  return cache;
}

/** Also opens the queue of the warming jobs. */
export function openCaching(deps: OpenCacheDependencies): Caching | undefined {
  const cache = openCache(deps);
  if (!cache) return undefined;
  const handle = openQueue('cache-warming', deps.location, deps.logger);
  deps.lifecycle.onClose('queue of warm-ups', () => handle.close());
  return { cache, queue: () => handle.queue, isSyncDisabled: deps.config.DISABLE_AUTO_SYNC };
}
