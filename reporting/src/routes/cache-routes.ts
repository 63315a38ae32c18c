/** `/api/v1/cache`: status and control of cache warming, for administrators of all sites. */
import { forOperators } from '@millrace/shared/access/require-scope';
import { ServiceError } from '@millrace/shared/platform/errors';
import type { Pool } from '@millrace/shared/platform/postgres';
import type { Queue } from '@millrace/shared/queue/queue';
import { Router } from 'express';
import type { AnswerCache } from '../cache/answer-cache.js';
import { withStoreErrors } from '../cache/answer-store.js';
import { clearCache, invalidateCache } from '../cache/invalidate.js';
import { parsePattern } from '../cache/name-pattern.js';
import { readJson } from '../http/read-json.js';
import { refusal } from '../query-request/refuse.js';
import { restartWarming, stopWarming, triggerWarming } from '../warming/control-warming.js';
import { readJobs, readTotals } from '../warming/job-status.js';

/** The answer cache and the queue of its warming jobs. */
export interface Caching {
  cache: AnswerCache;
  queue: () => Queue;
  /** DISABLE_AUTO_SYNC */
  isSyncDisabled: boolean;
}

export interface CacheRoutesDependencies {
  writePool: Pool;
  /** Absent if caching is disabled. */
  caching?: Caching | undefined;
  clock?: () => Date;
}

const prefix = '/api/v1/cache';

/** Routes match paths case-insensitively. */
export const isCachePath = (path: string): boolean => `${path.toLowerCase()}/`.startsWith(`${prefix}/`);

async function patternOf(...parameters: Parameters<typeof readJson>): Promise<string> {
  const body = await readJson(...parameters);
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw refusal(['pattern'], 'is required');
  const unknown = Object.keys(body).find((name) => name !== 'pattern');
  if (unknown !== undefined) throw refusal([unknown], 'is not a field of this request, which takes pattern');
  return parsePattern((body as { pattern?: unknown }).pattern);
}

export function cacheRoutes(deps: CacheRoutesDependencies): Router {
  const { writePool, clock = () => new Date() } = deps;
  const router = Router();
  const caching = (): Caching => {
    if (deps.caching) return deps.caching;
    throw new ServiceError('conflict', 'Caching is disabled: CACHE_MB is 0.');
  };
  const invalidation = () => ({ writePool, cache: caching().cache });
  router.use(prefix, forOperators);

  router.get(`${prefix}/jobs`, async (_req, res) => {
    res.json({ jobs: await readJobs(writePool, clock(), deps.caching?.isSyncDisabled ?? false) });
  });
  router.get(`${prefix}/metrics`, async (_req, res) => {
    const { cache } = caching();
    const store = { kind: cache.store.kind, ...(await withStoreErrors(cache.store, cache.store.size())) };
    res.json({ ...(await readTotals(writePool)), ...cache.stats(), store });
  });
  router.post(`${prefix}/jobs/:id/trigger`, async (req, res) => {
    const { id } = req.params;
    const { cache, queue } = caching();
    res.status(202).json({ id, job_id: await withStoreErrors(cache.store, triggerWarming(queue(), id)) });
  });
  router.post(`${prefix}/clear`, async (_req, res) => {
    res.json({ removed: await clearCache(invalidation()) });
  });
  router.post(`${prefix}/invalidate`, async (req, res) => {
    const pattern = await patternOf(req, res);
    res.json({ pattern, removed: await invalidateCache(invalidation(), pattern) });
  });
  router.post(`${prefix}/stop`, async (_req, res) => {
    res.json({ stopped: await stopWarming(writePool) });
  });
  router.post(`${prefix}/restart`, async (_req, res) => {
    res.json({ restarted: await restartWarming(writePool) });
  });
  return router;
}
