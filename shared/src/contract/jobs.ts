/** The agreement between whoever adds a job and whoever consumes it: queues, jobs, data, results. */
import type Joi from 'joi';
import { eventJobSchema } from './event-job.js';
import * as data from './job-data.js';
import { jobFields } from './job-fields.js';
import * as results from './job-results.js';
import * as reportData from './report-data.js';
import { ruleMessages } from './rule-messages.js';

/** One kind of job: what it carries, what it reports. Progress of every job is a number from 0 to 100. */
export interface JobContract {
  data: Joi.ObjectSchema;
  result: Joi.Schema;
  /** First pause before another attempt, doubled each time, when it is not the queue's. */
  backoffMs?: number;
  /** How often it is tried, when it is not as often as the queue says. */
  attempts?: number;
  /** Its data have a field `at`, the instant as of which it is computed; schedules give the slot. */
  takesInstant?: true;
}

export interface QueueContract {
  /** Jobs that one worker process keeps active. */
  concurrency: number;
  /** Jobs that all workers together start within `durationMs`. */
  limiter?: { max: number; durationMs: number };
  /** BullMQ's options of each job; ages in seconds. */
  options: {
    attempts: number;
    backoff: { type: 'fixed' | 'exponential'; delay: number };
    removeOnComplete: true | { age: number; count: number };
    removeOnFail: false | { age: number; count: number };
  };
  /** The service that consumes it. */
  worker: 'processor' | 'reporting';
  /** Who adds jobs: ingestion alone, or people and schedules (through the scheduler) and services. */
  addedBy: 'ingestion' | 'anyone';
  /** Its jobs hold accepted events, which exist nowhere else until they are stored: none is removed, edited or shown. */
  holdsEvents?: true;
  jobs: Record<string, JobContract>;
}

/** Three attempts, the second after 2 s, the third after 4 more; completed jobs are kept a day, failed ones a week. */
const options = {
  attempts: 3,
  backoff: { type: 'exponential', delay: 2_000 },
  removeOnComplete: { age: 86_400, count: 1_000 },
  removeOnFail: { age: 604_800, count: 5_000 },
} as const;

const aggregationBackoffMs = 5_000;
/** The last of them 21 minutes after the first. */
const patient = { attempts: 8, backoffMs: 10_000 };

/** Jobs that compute what one site's events come to; the same names in the queue for requests and in the one for sites. */
const aggregationJobs = {
  /** Rolls what is marked. */
  roll: { data: data.wholeSite, result: results.roll },
  /** Computes the intervals of a range anew, and what depends on them. */
  HOURLY_ROLLUP: { data: data.hourlyRollup, result: results.roll },
  /** The same, by the names that people use for it. */
  rebuild: { data: data.rebuild, result: results.roll },
  /** Table profile_performance of one day. */
  DAILY_ROLLUP: { data: data.dailyRollup, result: results.rows },
  revenue: { data: data.ofPeriod, result: results.rows, backoffMs: aggregationBackoffMs, takesInstant: true },
  cohorts: { data: data.cohorts, result: results.rows, backoffMs: aggregationBackoffMs },
  tournaments: { data: data.ofPeriod, result: results.rows, backoffMs: aggregationBackoffMs, takesInstant: true },
  publisher: { data: data.publisher, result: results.rows, backoffMs: aggregationBackoffMs },
  /** Everything that was touched since it was computed, and the periods that are under way. */
  all: { data: data.wholeSite, result: results.rows, backoffMs: aggregationBackoffMs },
} satisfies Record<string, JobContract>;

/** Every queue by its name. */
export const queues = {
  /** Carries events from ingestion to the processor. */
  'event-ingest': {
    // What may be merged into one statement.
    concurrency: 32,
    options: {
      // A transient fault must never cost an event its job; poison is set aside by the processor and spends none.
      attempts: 1_000_000,
      backoff: { type: 'fixed', delay: 1_000 },
      removeOnComplete: true,
      // A job that failed for good is kept until an administrator looks at it.
      removeOnFail: false,
    },
    worker: 'processor',
    addedBy: 'ingestion',
    holdsEvents: true,
    jobs: { events: { data: eventJobSchema, result: results.events } },
  },
  /** What people and schedules ask for: for one site, or for all of them. */
  'analytics-aggregation': {
    concurrency: 3,
    limiter: { max: 10, durationMs: 60_000 },
    options,
    worker: 'processor',
    addedBy: 'anyone',
    jobs: aggregationJobs,
  },
  /** The parts, site by site, of what was asked for all of them. */
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
      // A database or a store that is away for a quarter of an hour must cost nobody a report.
      GENERATE_REPORT: { data: reportData.generateReport, result: results.reports, takesInstant: true, ...patient },
      report: { data: reportData.templateReport, result: results.reports, takesInstant: true, ...patient },
      'site-report': { data: reportData.reportJob, result: results.siteReport, ...patient },
      // Mail servers ask strangers to come back later: eight times within an hour.
      deliver: { data: reportData.reportJob, result: results.delivered, attempts: 8, backoffMs: 30_000 },
    },
  },
} as const satisfies Record<string, QueueContract>;

export type QueueName = keyof typeof queues;
export const queueNames = Object.keys(queues) as QueueName[];

/** The one job of queue `event-ingest`. */
export const eventIngest = { queue: 'event-ingest', name: 'events', ...queues['event-ingest'] } as const;

/** The contract of a queue that has that name; undefined for any other text. */
export const findQueue = (name: string): QueueContract | undefined =>
  Object.hasOwn(queues, name) ? queues[name as QueueName] : undefined;

/** Data checked against the contract of its job, or the sentence that says what is wrong. */
export type CheckedData =
  | { data: Record<string, unknown>; problem?: undefined; field?: undefined }
  | { problem: string; field: 'queue' | 'job' | 'data' | `data.${string}` };

/** Newest version of a contract that this release knows, where it is not the first; a job's data name theirs as `v`. */
const contractVersions: Partial<Record<string, number>> = { 'event-ingest': 2 };

/** The newer version that these data name; undefined for data that this release can judge. */
export function newerVersionOf(queue: string, given: unknown): number | undefined {
  const { v } = Object(given) as { v?: unknown };
  const known = contractVersions[queue] ?? 1;
  return Number.isInteger(v) && (v as number) > known ? (v as number) : undefined;
}

/** Checks a job when it is added, and again when it is consumed. */
export function checkJobData(queue: string, name: string, given: unknown): CheckedData {
  const jobs = findQueue(queue)?.jobs;
  if (!jobs) return { problem: `There is no queue "${queue}"; known are ${queueNames.join(', ')}.`, field: 'queue' };
  if (!Object.hasOwn(jobs, name)) {
    const problem = `There is no job "${name}" in this queue; known are ${Object.keys(jobs).join(', ')}.`;
    return { problem, field: 'job' };
  }
  const schema = jobs[name]!.data;
  const errors = { wrap: { label: false, array: false } } as const;
  const { error, value } = schema.validate(given, { errors, messages: ruleMessages });
  if (!error) return { data: value as Record<string, unknown> };
  const { path, type } = error.details[0]!;
  const isOfNames = type === 'any.required' || type === 'object.unknown';
  const fields = isOfNames ? ` It takes ${jobFields(schema)}.` : '';
  const problem = `The data of job "${name}" break its contract: ${error.message.replaceAll('"', '')}.${fields}`;
  return { problem, field: path.length === 0 ? 'data' : `data.${path.join('.')}` };
}
