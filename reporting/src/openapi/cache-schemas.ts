import {
  count,
  flag,
  instant,
  type JsonSchema,
  listOf,
  record,
  ref,
  text,
  textOrNull,
} from '@millrace/shared/openapi/json-schema';
import { warmingJobs } from '../warming/control-warming.js';

const instantOrNull: JsonSchema = { anyOf: [instant, { type: 'null' }] };
const countOrNull: JsonSchema = { type: ['integer', 'null'], minimum: 0 };
const id: JsonSchema = { enum: warmingJobs };

/** `cache` in the `meta` of an answer. */
export const cacheOfAnswer: JsonSchema = {
  ...record({
    status: {
      enum: ['hit', 'miss', 'stale'],
      description:
        'From the cache, computed for this request, or out of date; `stale` is returned only to requests with `Cache-Control: max-stale`.',
    },
    age_ms: { ...count, description: 'Milliseconds since it was computed.' },
  }),
  description:
    'Whether the response came from the cache. A hit is as exact as a miss. Absent if the cache is off (`CACHE_MB=0`).',
};

const job = record({
  id,
  name: { ...text, description: 'Display name.' },
  status: {
    enum: ['running', 'completed', 'failed', 'scheduled'],
    description: 'Status of the current run, otherwise of the last one. `scheduled` before the first.',
  },
  enabled: { ...flag, description: 'False if the job was stopped, or `DISABLE_AUTO_SYNC` keeps it from starting.' },
  lastRun: instantOrNull,
  nextRun: { ...instantOrNull, description: 'Null if the job is not enabled.' },
  duration: { ...countOrNull, description: 'Duration of the last run, in milliseconds.' },
  error: { ...textOrNull, description: 'Why the last run failed.' },
});

const metrics = record({
  totalJobs: { ...count, description: 'Finished runs of all jobs, on all replicas.' },
  successfulJobs: count,
  failedJobs: count,
  averageJobDuration: { ...countOrNull, description: 'Milliseconds.' },
  lastCleanup: instantOrNull,
  hits: {
    ...count,
    description: 'This field and those up to `maxBytes` cover only the replica that handles the request.',
  },
  misses: count,
  stale: count,
  computations: count,
  entries: count,
  bytes: count,
  maxBytes: count,
  store: {
    ...record({ kind: { enum: ['postgres', 'redis'] }, entries: count, bytes: count }),
    description: 'The store that all replicas share.',
  },
});

/** Written by hand: the route checks the pattern itself, without Joi. */
const pattern: JsonSchema = {
  ...text,
  minLength: 1,
  maxLength: 64,
  examples: ['user-growth*'],
  description:
    'Matched against cache keys, `<dataset, or stats, query, funnel, retention, journeys, overview>:<site>:<hash>`. Up to three `*`, each of which stands for any text.',
};

export const cacheSchemas: Record<string, JsonSchema> = {
  CacheOfAnswer: cacheOfAnswer,
  CacheJobs: record({ jobs: listOf(job) }),
  CacheMetrics: metrics,
  CacheTriggered: record({ id, job_id: { ...text, description: 'Id of the job in the queue `cache-warming`.' } }),
  CachePattern: record({ pattern }),
  CacheCleared: record({ removed: { ...count, description: 'Responses removed from the shared store.' } }),
  CacheInvalidated: record({ pattern: text, removed: count }),
  CacheStopped: record({ stopped: listOf(text, { description: 'Schedules that were stopped by this request.' }) }),
  CacheRestarted: record({
    restarted: listOf(text, { description: 'Schedules that were restarted by this request.' }),
  }),
};

export const cacheMeta = { cache: ref('CacheOfAnswer') };
