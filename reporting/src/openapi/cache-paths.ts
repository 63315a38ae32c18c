import { warmingJobs } from '../warming/control-warming.js';
import { operation } from './operation.js';

const about = { tag: 'Cache', scope: 'admin' } as const;
const id = {
  ...{ name: 'id', in: 'path', required: true, description: 'The job.', schema: { enum: warmingJobs } },
  example: warmingJobs[0],
};

export const cachePaths = {
  '/api/v1/cache/jobs': {
    get: operation({
      ...about,
      id: 'listCacheJobs',
      summary: 'List the jobs that keep the cache warm, across all replicas',
      response: 'CacheJobs',
      errors: [429, 503],
    }),
  },
  '/api/v1/cache/metrics': {
    get: operation({
      ...about,
      id: 'showCacheMetrics',
      summary: 'Show cache hits and misses, and the runs of the jobs',
      response: 'CacheMetrics',
      errors: [409, 429, 503],
    }),
  },
  '/api/v1/cache/jobs/{id}/trigger': {
    parameters: [id],
    post: operation({
      ...about,
      id: 'triggerCacheJob',
      summary: 'Run a job now',
      description: 'Works even if the jobs are stopped. Skipped if the same job is already running.',
      status: 202,
      response: 'CacheTriggered',
      errors: [404, 409, 429, 503],
    }),
  },
  '/api/v1/cache/clear': {
    post: operation({
      ...about,
      id: 'clearCache',
      summary: 'Clear the cache on all replicas',
      response: 'CacheCleared',
      errors: [409, 429, 503],
    }),
  },
  '/api/v1/cache/invalidate': {
    post: operation({
      ...about,
      id: 'invalidateCache',
      summary: 'Remove cached responses whose keys match a pattern, on all replicas',
      description:
        'Only needed after changes made to the database by hand: everything that Millrace itself changes invalidates the cache.',
      body: 'CachePattern',
      response: 'CacheInvalidated',
      errors: [400, 408, 409, 413, 415, 429, 503],
    }),
  },
  '/api/v1/cache/stop': {
    post: operation({
      ...about,
      id: 'stopCacheJobs',
      summary: 'Stop the scheduled jobs until they are restarted',
      response: 'CacheStopped',
      errors: [429, 503],
    }),
  },
  '/api/v1/cache/restart': {
    post: operation({
      ...about,
      id: 'restartCacheJobs',
      summary: 'Restart the scheduled jobs',
      response: 'CacheRestarted',
      errors: [429, 503],
    }),
  },
};
