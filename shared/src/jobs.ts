/** Turns the agreement between who adds a job and who works on it into one declaration: queue, name, data, options. */
import Joi from 'joi';

/** Contract of the jobs that carry events: what ingestion adds and the processor consumes. */
export const eventIngest = {
  queue: 'event-ingest',
  name: 'events',
  /** Jobs, not events, that one worker keeps active: what may be merged into one statement. */
  concurrency: 32,
  options: {
    // A transient fault must never cost an event its job; poison is set aside by the processor and spends none.
    attempts: 1_000_000,
    backoff: { type: 'fixed', delay: 1_000 },
    removeOnComplete: true,
    // A job that failed for good is kept until somebody looks at it.
    removeOnFail: false,
  },
} as const;

/** Data of an event job: `events` is the text of a JSON array of `count` events, handed to Postgres as it is. */
export interface EventIngestData {
  v: 1;
  count: number;
  events: string;
}

/** What an event job reports back. */
export interface EventIngestResult {
  events: number;
}

export const eventIngestDataSchema = Joi.object<EventIngestData>({
  v: Joi.valid(1).required(),
  count: Joi.number().integer().min(1).required(),
  events: Joi.string().required(),
}).required();

/** Contract of the jobs that compute rollups. A job without `site_id` adds one for each site that it concerns. */
export const analyticsAggregation = {
  queue: 'analytics-aggregation',
  concurrency: 3,
  options: {
    attempts: 3,
    backoff: { type: 'exponential', delay: 2_000 },
    removeOnComplete: { age: 86_400, count: 1_000 },
    removeOnFail: { age: 604_800, count: 5_000 },
  },
} as const;

/** Data of each analytics job by its name. Instants are ISO 8601; ranges are half-open. */
export interface AnalyticsJobs {
  /** Rolls what is marked. */
  roll: { site_id?: string };
  /** Computes the intervals of a range anew, and what depends on them. */
  HOURLY_ROLLUP: { site_id?: string; startTime: string; endTime: string };
  /** The same, by the names that people use for it. */
  rebuild: { site_id?: string; from: string; to: string };
}

/** What an analytics job reports: the work on its site, or for how many sites it added a job. */
export type AnalyticsResult =
  | { sites: number }
  | { skipped: string }
  | { intervals: number; days: number; rows: number; ms: number };

const siteId = Joi.string().max(64);
const instant = Joi.date().iso().raw().required();

export const analyticsJobSchemas: { [Name in keyof AnalyticsJobs]: Joi.ObjectSchema<AnalyticsJobs[Name]> } = {
  roll: Joi.object({ site_id: siteId }).required(),
  HOURLY_ROLLUP: Joi.object({ site_id: siteId, startTime: instant, endTime: instant }).required(),
  rebuild: Joi.object({ site_id: siteId, from: instant, to: instant }).required(),
};

/** All queues, for those who watch over them. */
export const queueNames = [eventIngest.queue, analyticsAggregation.queue] as const;
