import { queueNames } from '@millrace/shared/contract/jobs';
import {
  count,
  flag,
  type JsonSchema,
  jsonSchemaOf,
  listOf,
  record,
  ref,
  text,
  textOrNull,
  withProperties,
} from '@millrace/shared/openapi/json-schema';
import { jobStates } from '../queues/find-jobs.js';
import { cleanSchema, newJobSchema, retrySchema } from '../queues/queue-requests.js';
import { responseSchemas } from './operation.js';

export const jobData: JsonSchema = { type: 'object', additionalProperties: true };
export const jobOptions: JsonSchema = {
  description:
    '`priority`: 0 runs first; without one, the job has the priority of its site. `delay`: milliseconds until the job may start.',
};

export const milliseconds: JsonSchema = { ...count, description: 'Milliseconds since 1970.' };
export const millisecondsOrNull: JsonSchema = {
  type: ['integer', 'null'],
  minimum: 0,
  description: 'Milliseconds since 1970. Null: not yet.',
};
export const jobState: JsonSchema = {
  enum: [...jobStates, 'unknown'],
  description: '`unknown`: the job was removed in the meantime.',
};
export const progress: JsonSchema = { type: 'number', minimum: 0, maximum: 100, description: 'In percent.' };
export const failedReason: JsonSchema = { ...textOrNull, description: 'The error of the latest attempt that failed.' };

const figures = record({
  waiting: { ...count, description: 'Jobs ready to start. 0 while the queue is paused.' },
  active: { ...count, description: 'Jobs that are running.' },
  completed: { ...count, description: 'Jobs that succeeded and whose records are still kept.' },
  failed: { ...count, description: 'Jobs that failed for good and whose records are still kept.' },
  delayed: { ...count, description: 'Jobs that start later, including those that wait for their next attempt.' },
  paused: { ...count, description: 'Jobs ready to start once the queue is resumed.' },
  waiting_children: { ...count, description: 'Jobs of flows that wait for their children.' },
  is_paused: flag,
});

const job = record({
  id: text,
  name: text,
  data: { ...jobData, description: 'For queue `event-ingest` only the number and size of its events.' },
  progress,
  attemptsMade: count,
  timestamp: { ...milliseconds, description: 'When it was added, in milliseconds since 1970.' },
  processedOn: millisecondsOrNull,
  finishedOn: millisecondsOrNull,
  state: jobState,
  failedReason,
  returnvalue: { description: 'The result of the job. Null: none yet.' },
  delay: { ...count, description: 'In milliseconds.' },
  priority: count,
});

const searched: JsonSchema = {
  ...count,
  description: 'How many jobs were looked at: the newest 5,000, or as many as 5 seconds allow.',
};

const cause = record({
  cause: { ...text, description: 'The error without numbers, ids and quoted words, so that equal failures share it.' },
  count,
  newest: { ...milliseconds, description: 'When the newest of them failed, in milliseconds since 1970.' },
  example: { ...text, description: 'The whole error of the newest.' },
  ids: listOf(text, { maxItems: 5, description: 'Some of the jobs.' }),
});

const recurring = record({
  schedules: listOf(
    record({
      ...{ id: text, name: text, job: text, cron: text, timezone: text },
      data: { ...jobData, description: 'With a template: its `params` and `site_id`.' },
      template: textOrNull,
      ...{ enabled: flag, built_in: flag },
    }),
  ),
  job_schedulers: listOf(jobData, {
    description: "BullMQ's own job schedulers, if another program has added some. Millrace has none.",
  }),
});

/** The same for jobs that were added in any other way. */
export const addedJob = {
  jobId: text,
  queueName: { ...text, description: 'The queue that the job was added to.' },
  jobName: text,
};

export const queuesSchemas: Record<string, JsonSchema> = {
  NewJob: {
    ...withProperties(jsonSchemaOf(newJobSchema), {
      jobName: { description: 'One of the jobs of the queue.' },
      data: { ...jobData, description: 'The fields that the job takes.' },
      options: jobOptions,
    }),
    examples: [{ jobName: 'revenue', data: { periodType: 'month', period: 'current' } }],
  },
  FailedCause: {
    ...withProperties(jsonSchemaOf(retrySchema), {
      cause: { description: 'The `cause` from the list of failed jobs, exactly as it is there.' },
      dryRun: { description: 'True: only report which jobs would be retried.' },
    }),
    examples: [{ cause: 'The disk is full.', dryRun: true }],
  },
  Clean: {
    ...withProperties(jsonSchemaOf(cleanSchema), {
      gracePeriod: { description: 'In seconds. Records of jobs that ended longer ago are removed.' },
    }),
    examples: [{ gracePeriod: 86_400 }],
  },
  QueueFigures: figures,
  Job: job,
  ...responseSchemas({
    QueueFigures: ref('QueueFigures'),
    AllQueues: record(Object.fromEntries(queueNames.map((name) => [name, ref('QueueFigures')]))),
    Job: ref('Job'),
    Jobs: record(
      {
        jobs: listOf(ref('Job')),
        total: { ...count, description: 'Jobs in this state; with `search`, those of them that match.' },
        searched: { ...searched, description: `${searched.description} Absent if none had to be searched or sorted.` },
      },
      'searched',
    ),
    AddedJob: record(addedJob),
    JobId: record({ id: text }),
    FailedCauses: record({ causes: listOf(cause, { description: 'Most frequent first.' }), searched }),
    RetriedJobs: record({
      dryRun: flag,
      count: { ...count, description: 'Number of `ids`.' },
      ids: listOf(text, { description: 'Jobs that were retried, or would be in a dry run.' }),
      searched,
    }),
    Cleaned: record({ removed: { ...count, description: 'Number of records.' } }),
    Recurring: recurring,
  }),
};
