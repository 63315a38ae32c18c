/** The contract between services that add jobs and services that consume them: queues, jobs, data and results. */
import type Joi from 'joi';
import { eventJobSchema } from './event-job.js';
import * as data from './job-data.js';
import { jobFields } from './job-fields.js';
import * as results from './job-results.js';
import * as reportData from './report-data.js';
import { ruleMessages } from './rule-messages.js';

/** One kind of job. Progress is always a number from 0 to 100. */
export interface JobContract {
  data: Joi.ObjectSchema;
  result: Joi.Schema;
  /** Delay before the first retry, doubled each time; overrides the queue's. */
  backoffMs?: number;
  /** Overrides the queue's. */
  attempts?: number;
  /** The data have a field `at`, the instant as of which the job computes; schedules set it to the slot. */
  takesInstant?: true;
}

export interface QueueContract {
  /** Jobs that one worker process runs at a time. */
  concurrency: number;
  /** At most `max` jobs are started within `durationMs`, by all workers together. */
  limiter?: { max: number; durationMs: number };
  /** BullMQ's job options; ages in seconds. */
  options: {
    attempts: number;
    backoff: { type: 'fixed' | 'exponential'; delay: number };
    removeOnComplete: true | { age: number; count: number };
    removeOnFail: false | { age: number; count: number };
  };
  /** The service that consumes it. */
  worker: 'processor' | 'reporting';
  /** `anyone`: other services, and people and schedules through the scheduler. */
  addedBy: 'ingestion' | 'anyone';
  /** Its jobs contain accepted events that exist nowhere else until they are stored, so none is removed, edited or shown. */
  holdsEvents?: true;
  jobs: Record<string, JobContract>;
}

/** Three attempts, the second after 2 s and the third after 4 s; completed jobs are kept for a day, failed ones for a week. */
const options = {
  attempts: 3,
  backoff: { type: 'exponential', delay: 2_000 },
  removeOnComplete: { age: 86_400, count: 1_000 },
  removeOnFail: { age: 604_800, count: 5_000 },
} as const;

const aggregationBackoffMs = 5_000;
/** The last attempt is 21 minutes after the first. */
const longRetries = { attempts: 8, backoffMs: 10_000 };

/** Aggregations of a site's events; both the queue for requests and the one for single sites have them. */
const aggregationJobs = {
  /** Recomputes the marked intervals. */
  roll: { data: data.wholeSite, result: results.roll },
  /** Recomputes the intervals of a range and everything that depends on them. */
  HOURLY_ROLLUP: { data: data.hourlyRollup, result: results.roll },
  /** The same with friendlier names. */
  rebuild: { data: data.rebuild, result: results.roll },
  /** Table profile_performance of one day. */
  DAILY_ROLLUP: { data: data.dailyRollup, result: results.rows },
  revenue: { data: data.ofPeriod, result: results.rows, backoffMs: aggregationBackoffMs, takesInstant: true },
  cohorts: { data: data.cohorts, result: results.rows, backoffMs: aggregationBackoffMs },
  tournaments: { data: data.ofPeriod, result: results.rows, backoffMs: aggregationBackoffMs, takesInstant: true },
  publisher: { data: data.publisher, result: results.rows, backoffMs: aggregationBackoffMs },
  /** Everything with new events since it was computed, and the current periods. */
  all: { data: data.wholeSite, result: results.rows, backoffMs: aggregationBackoffMs },
} satisfies Record<string, JobContract>;

/** Every queue by its name. */
export const queues = {
  /** Carries events from ingestion to the processor. */
  'event-ingest': {
    // As many as may be merged into one insert statement.
    concurrency: 32,
    options: {
      // A transient error must never lose events; the processor sets poison jobs aside without using up attempts.
      attempts: 1_000_000,
      backoff: { type: 'fixed', delay: 1_000 },
      removeOnComplete: true,
      // Kept until an administrator deals with it.
      removeOnFail: false,
    },
    worker: 'processor',
    addedBy: 'ingestion',
    holdsEvents: true,
    jobs: { events: { data: eventJobSchema, result: results.events } },
  },
  /** Requests of people and schedules, for one site or all. */
  'analytics-aggregation': {
    concurrency: 3,
    limiter: { max: 10, durationMs: 60_000 },
    options,
    worker: 'processor',
    addedBy: 'anyone',
    jobs: aggregationJobs,
  },
  /** The child jobs of requests for all sites, one for each site. */
  'site-aggregation': {
    concurrency: 5,
    limiter: { max: 10, durationMs: 1_000 },
    options,
    worker: 'processor',
    addedBy: 'anyone',
    jobs: aggregationJobs,
  },
  'metrics-calculation': {
    concurrency: 5,
    options,
    worker: 'processor',
    addedBy: 'anyone',
    jobs: { calculate: { data: data.metrics, result: results.rows, takesInstant: true } },
  },
  cleanup: {
    concurrency: 1,
    options,
    worker: 'processor',
    addedBy: 'anyone',
    jobs: { clean: { data: data.cleanup, result: results.cleanup } },
  },
  'cache-warming': {
    concurrency: 3,
    options,
    worker: 'reporting',
    addedBy: 'anyone',
    jobs: { warm: { data: data.warming, result: results.warming } },
  },
  'data-export': {
    concurrency: 2,
    limiter: { max: 20, durationMs: 60_000 },
    options,
    worker: 'reporting',
    addedBy: 'anyone',
    jobs: {
      EXPORT_DATA: { data: reportData.exportData, result: results.exported },
      export: { data: reportData.exportJob, result: results.exported },
    },
  },
  'report-generation': {
    concurrency: 2,
    options,
    worker: 'reporting',
    addedBy: 'anyone',
    jobs: {
      // No report must be lost because the database or object store is unreachable for a quarter of an hour.
      GENERATE_REPORT: { data: reportData.generateReport, result: results.reports, takesInstant: true, ...longRetries },
      report: { data: reportData.templateReport, result: results.reports, takesInstant: true, ...longRetries },
      'site-report': { data: reportData.reportJob, result: results.siteReport, ...longRetries },
      // Mail servers greylist unknown senders; eight attempts take about an hour.
      deliver: { data: reportData.reportJob, result: results.delivered, attempts: 8, backoffMs: 30_000 },
    },
  },
} as const satisfies Record<string, QueueContract>;

export type QueueName = keyof typeof queues;
export const queueNames = Object.keys(queues) as QueueName[];

/** The one job of queue `event-ingest`. */
export const eventIngest = { queue: 'event-ingest', name: 'events', ...queues['event-ingest'] } as const;

/** Undefined if there is no such queue. */
export const findQueue = (name: string): QueueContract | undefined =>
  Object.hasOwn(queues, name) ? queues[name as QueueName] : undefined;

export type CheckedData =
  | { data: Record<string, unknown>; problem?: undefined; field?: undefined }
  | { problem: string; field: 'queue' | 'job' | 'data' | `data.${string}` };

/** Newest contract version that this release supports, if not 1; a job's data contain theirs as `v`. */
const contractVersions: Partial<Record<string, number>> = { 'event-ingest': 2 };

/** The version of data that is newer than this release supports; undefined for all others. */
export function newerVersionOf(queue: string, given: unknown): number | undefined {
  const { v } = Object(given) as { v?: unknown };
  const supported = contractVersions[queue] ?? 1;
  return Number.isInteger(v) && (v as number) > supported ? (v as number) : undefined;
}

/** Validates a job's data, both when it is added and when it is consumed. */
export function checkJobData(queue: string, name: string, given: unknown): CheckedData {
  const jobs = findQueue(queue)?.jobs;
  if (!jobs) return { problem: `There is no queue "${queue}"; queues are ${queueNames.join(', ')}.`, field: 'queue' };
  if (!Object.hasOwn(jobs, name)) {
    const problem = `There is no job "${name}" in this queue; jobs are ${Object.keys(jobs).join(', ')}.`;
    return { problem, field: 'job' };
  }
  const schema = jobs[name]!.data;
  const errors = { wrap: { label: false, array: false } } as const;
  const { error, value } = schema.validate(given, { errors, messages: ruleMessages });
  if (!error) return { data: value as Record<string, unknown> };
  const { path, type } = error.details[0]!;
  const isFieldName = type === 'any.required' || type === 'object.unknown';
  const fields = isFieldName ? ` It takes ${jobFields(schema)}.` : '';
  const problem = `The data of job "${name}" is invalid: ${error.message.replaceAll('"', '')}.${fields}`;
  return { problem, field: path.length === 0 ? 'data' : `data.${path.join('.')}` };
}
