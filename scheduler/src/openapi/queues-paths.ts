import { jobFields } from '@millrace/shared/contract/job-fields';
import { findQueue, queueNames } from '@millrace/shared/contract/jobs';
import { pathParameter } from '@millrace/shared/openapi/operation';
import { jobsParamsSchema } from '../queues/queue-requests.js';
import { bodyErrors, idParameter, operation, queryParameters, readErrors } from './operation.js';

const tag = 'Queues';

const queueName = {
  ...pathParameter('name', { enum: queueNames }, 'The queue.'),
  example: 'data-export',
};
const jobId = idParameter(
  'The id of a job. The example is the one that the example of `POST /api/v1/flows` adds.',
  'november',
);

/** A table of all jobs that can be added, from their contracts. */
const jobsTable = [
  '| queue | job | fields of `data` |',
  '|---|---|---|',
  ...queueNames.flatMap((name) => {
    const { addedBy, jobs } = findQueue(name)!;
    if (addedBy === 'ingestion') return [];
    return Object.entries(jobs).map(([job, { data }]) => `| \`${name}\` | \`${job}\` | ${jobFields(data)} |`);
  }),
].join('\n');

const errorDescriptions = {
  404: 'There is no such queue, or no such job: the record of a job is removed some time after it has ended.',
};
const about = { tag, errorDescriptions };
const lookErrors = [404, ...readErrors];

const setPaused = (id: string, summary: string, description: string) => ({
  parameters: [queueName],
  post: operation({
    ...about,
    id,
    summary,
    description,
    response: 'QueueFiguresResponse',
    errors: [404, ...bodyErrors],
  }),
});

const jobs = {
  parameters: [queueName],
  get: operation({
    ...about,
    id: 'listJobs',
    summary: 'List or search the jobs of a queue in one state',
    description:
      'Newest first: finished jobs by when they ended, others by when they were added. Delayed and prioritized jobs, and those that wait for their children, are sorted within the number that is `searched`.',
    parameters: queryParameters(jobsParamsSchema, {
      state: { description: 'The state that the jobs are in.', example: 'waiting' },
      search: { description: 'Text in the id, name, data or error of a job, in any case.' },
    }),
    response: 'JobsResponse',
    errors: [400, ...lookErrors],
  }),
  post: operation({
    ...about,
    id: 'addJob',
    summary: 'Add a job',
    description: `Its data must fulfil the contract of the job. Events cannot be added: send them to the ingestion service.\n\n${jobsTable}`,
    parameters: [{ ...queueName, example: 'analytics-aggregation' }],
    body: 'NewJob',
    status: 201,
    response: 'AddedJobResponse',
    errors: [404, ...bodyErrors],
  }),
};

const job = {
  parameters: [queueName, jobId],
  get: operation({ ...about, id: 'showJob', summary: 'Show a job', response: 'JobResponse', errors: lookErrors }),
  delete: operation({
    ...about,
    id: 'removeJob',
    summary: 'Remove a job and its children',
    response: 'JobIdResponse',
    errors: [409, ...lookErrors],
    errorDescriptions: {
      ...errorDescriptions,
      409: 'The job, or one that it waits for, is running; or it contains accepted events (queue `event-ingest`).',
    },
  }),
};

const failed = {
  '/api/v1/queues/{name}/failed': {
    parameters: [queueName],
    get: operation({
      ...about,
      id: 'listFailedCauses',
      summary: 'List why jobs of a queue have failed, and how many',
      response: 'FailedCausesResponse',
      errors: lookErrors,
    }),
  },
  '/api/v1/queues/{name}/failed/retry': {
    parameters: [queueName],
    post: operation({
      ...about,
      id: 'retryFailedJobs',
      summary: 'Retry all jobs that failed for the same cause',
      description: 'A dry run unless `dryRun` is false.',
      body: 'FailedCause',
      response: 'RetriedJobsResponse',
      errors: [404, ...bodyErrors],
    }),
  },
};

export const queuesPaths = {
  '/api/v1/queues/metrics': {
    get: operation({
      ...about,
      id: 'showAllQueues',
      summary: 'Count the jobs of all queues by state',
      response: 'AllQueuesResponse',
      errors: readErrors,
    }),
  },
  '/api/v1/queues/{name}/metrics': {
    parameters: [queueName],
    get: operation({
      ...about,
      id: 'showQueue',
      summary: 'Count the jobs of a queue by state',
      response: 'QueueFiguresResponse',
      errors: lookErrors,
    }),
  },
  '/api/v1/queues/{name}/jobs': jobs,
  '/api/v1/queues/{name}/jobs/{id}': job,
  '/api/v1/queues/{name}/jobs/{id}/retry': {
    parameters: [queueName, idParameter('The id of a failed job.')],
    post: operation({
      ...about,
      id: 'retryJob',
      summary: 'Retry a failed job',
      description: 'It gets all its attempts again.',
      response: 'JobIdResponse',
      errors: [404, 409, ...bodyErrors],
      errorDescriptions: { ...errorDescriptions, 409: 'The job has not failed.' },
    }),
  },
  ...failed,
  '/api/v1/queues/{name}/pause': setPaused('pauseQueue', 'Pause a queue', 'Running jobs end; no other one starts.'),
  '/api/v1/queues/{name}/resume': setPaused('resumeQueue', 'Resume a paused queue', 'Its jobs start again.'),
  '/api/v1/queues/{name}/clean': {
    parameters: [queueName],
    post: operation({
      ...about,
      id: 'cleanQueue',
      summary: 'Remove the records of jobs that have ended',
      description: 'Failed jobs with accepted events (queue `event-ingest`) are kept.',
      body: 'Clean',
      response: 'CleanedResponse',
      errors: [404, ...bodyErrors],
    }),
  },
  '/api/v1/queues/{name}/recurring': {
    parameters: [queueName],
    get: operation({
      ...about,
      id: 'listRecurringJobs',
      summary: 'List the schedules that add jobs to a queue',
      response: 'RecurringResponse',
      errors: lookErrors,
    }),
  },
};
