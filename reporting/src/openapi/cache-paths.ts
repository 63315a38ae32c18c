/** The routes that steer kept answers as paths of the document. */
import { warmingJobs } from '../warming/control-warming.js';
import { operation } from './operation.js';

const about = { tag: 'Kept answers', scope: 'admin' } as const;
const id = { name: 'id', in: 'path', required: true, description: 'The job.', schema: { enum: warmingJobs } };

export const cachePaths = {
  '/api/v1/cache/jobs': {
    get: operation({
      ...about,
      id: 'listCacheJobs',
      summary: 'List the jobs that keep answers warm, over all replicas',
      answer: 'CacheJobs',
      refusals: [429, 503],
    }),
  },
  '/api/v1/cache/metrics': {
    get: operation({
      ...about,
      id: 'showCacheMetrics',
      summary: 'Show how often answers were kept already, and what the jobs did',
      answer: 'CacheMetrics',
      refusals: [409, 429, 503],
    }),
  },
  '/api/v1/cache/jobs/{id}/trigger': {
    parameters: [id],
    post: operation({
      ...about,
      id: 'triggerCacheJob',
      summary: 'Run a job now',
      description: 'Also while the jobs are stopped. It is skipped while a run of the same job is under way.',
      status: 202,
      answer: 'CacheTriggered',
      refusals: [404, 409, 429, 503],
    }),
  },
  '/api/v1/cache/clear': {
    post: operation({
      ...about,
      id: 'clearCache',
      summary: 'Make all kept answers void, on all replicas',
      answer: 'CacheCleared',
      refusals: [409, 429, 503],
    }),
  },
  '/api/v1/cache/invalidate': {
    post: operation({
      ...about,
      id: 'invalidateCache',
      summary: 'Make kept answers void whose names match a pattern, on all replicas',
      description: 'Never needed for what Millrace itself changes: answers are kept as long as they are right.',
      body: 'CachePattern',
      answer: 'CacheInvalidated',
      refusals: [400, 408, 409, 413, 415, 429, 503],
    }),
  },
  '/api/v1/cache/stop': {
    post: operation({
      ...about,
      id: 'stopCacheJobs',
      summary: 'Start no job by the clock any more, until a restart of the jobs',
      answer: 'CacheStopped',
      refusals: [429, 503],
    }),
  },
  '/api/v1/cache/restart': {
    post: operation({
      ...about,
      id: 'restartCacheJobs',
      summary: 'Start the jobs by the clock again',
      answer: 'CacheRestarted',
      refusals: [429, 503],
    }),
  },
};
