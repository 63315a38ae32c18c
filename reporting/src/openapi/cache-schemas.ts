/** How answers that are kept, and the routes that steer them, stand in the document. */
import { warmingJobs } from '../warming/control-warming.js';
import { count, flag, instant, type JsonSchema, listOf, record, ref, text, textOrNull } from './json-schema.js';

const instantOrNull: JsonSchema = { anyOf: [instant, { type: 'null' }] };
const countOrNull: JsonSchema = { type: ['integer', 'null'], minimum: 0 };
const id: JsonSchema = { enum: warmingJobs };

/** `cache` in the `meta` of an answer. */
export const cacheOfAnswer: JsonSchema = {
  ...record({
    status: {
      enum: ['hit', 'miss', 'stale'],
      description:
        'Kept already, computed now, or out of date, which only a request with `Cache-Control: max-stale` is given.',
    },
    age_ms: { ...count, description: 'Since it was computed.' },
  }),
  description: 'How the answer came about. A hit is as exact as a miss. Absent where no answers are kept (CACHE_MB=0).',
};

const job = record({
  id,
  name: { ...text, description: 'For people.' },
  status: {
    enum: ['running', 'completed', 'failed', 'scheduled'],
    description: 'Of the run under way, else of the last one; `scheduled` before the first.',
  },
  enabled: { ...flag, description: 'False while it is stopped, or kept from starting by DISABLE_AUTO_SYNC.' },
  lastRun: instantOrNull,
  nextRun: { ...instantOrNull, description: 'Null while it is not enabled.' },
  duration: { ...countOrNull, description: 'Of the last run, in milliseconds.' },
  error: { ...textOrNull, description: 'Why the last run failed.' },
});

const metrics = record({
  totalJobs: { ...count, description: 'Runs of all jobs that have ended, on all replicas.' },
  successfulJobs: count,
  failedJobs: count,
  averageJobDuration: { ...countOrNull, description: 'Milliseconds.' },
  lastCleanup: instantOrNull,
  hits: { ...count, description: 'This and what follows is of the replica that answers.' },
  misses: count,
  stale: count,
  computations: count,
  entries: count,
  bytes: count,
  maxBytes: count,
  store: {
    ...record({ kind: { enum: ['postgres', 'redis'] }, entries: count, bytes: count }),
    description: 'What all replicas share.',
  },
});

/** As Joi would have it; names and patterns are checked by the code. */
const pattern: JsonSchema = {
  ...text,
  minLength: 1,
  maxLength: 64,
  examples: ['user-growth*'],
  description:
    'Of the names of answers, `<dataset, or stats, query, funnel, retention>:<site>:<hash>`; each of up to three stars is any text.',
};

export const cacheSchemas: Record<string, JsonSchema> = {
  CacheOfAnswer: cacheOfAnswer,
  CacheJobs: record({ jobs: listOf(job) }),
  CacheMetrics: metrics,
  CacheTriggered: record({ id, job_id: { ...text, description: 'In queue cache-warming.' } }),
  CachePattern: record({ pattern }),
  CacheCleared: record({ removed: { ...count, description: 'Answers that were removed from the shared store.' } }),
  CacheInvalidated: record({ pattern: text, removed: count }),
  CacheStopped: record({ stopped: listOf(text, { description: 'Schedules that ran until now.' }) }),
  CacheRestarted: record({ restarted: listOf(text, { description: 'Schedules that were stopped until now.' }) }),
};

export const cacheMeta = { cache: ref('CacheOfAnswer') };
