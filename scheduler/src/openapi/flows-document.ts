import { queueNames } from '@millrace/shared/contract/jobs';
import {
  count,
  type JsonSchema,
  jsonSchemaOf,
  listOf,
  type ObjectSchema,
  record,
  ref,
  text,
  withProperties,
} from '@millrace/shared/openapi/json-schema';
import { pathParameter } from '@millrace/shared/openapi/operation';
import { flowSchema } from '../flows/flow-request.js';
import { bodyErrors, idParameter, operation, readErrors, responseSchemas } from './operation.js';
import {
  failedReason,
  jobData,
  jobOptions,
  jobState,
  milliseconds,
  millisecondsOrNull,
  progress,
} from './queues-schemas.js';

/** Joi puts the recursive part next to the whole, where a document cannot refer to it. */
const { $defs, ...root } = jsonSchemaOf(flowSchema);

const describePart = (schema: ObjectSchema): ObjectSchema => {
  const described = withProperties(schema, {
    job: { description: 'One of the jobs of the queue: see `POST /api/v1/queues/{name}/jobs`.' },
    data: { ...jobData, description: 'The fields that the job takes.' },
    options: { ...jobOptions, description: `${jobOptions.description} Only jobs without children can have a delay.` },
    onChildFailure: {
      description:
        'What the job does if a child fails for good: waits until the child is retried or removed (the default), fails too, or runs without it.',
    },
  });
  const { items: _items, ...children } = described.properties.children!;
  return { ...described, properties: { ...described.properties, children: { ...children, items: ref('FlowPart') } } };
};

const exportedDays = { startDate: '2025-11-01', endDate: '2025-11-30' };

const flow = record(
  {
    ...{ id: text, queue: text, job: text, state: jobState, progress, attemptsMade: count },
    timestamp: { ...milliseconds, description: 'When it was added, in milliseconds since 1970.' },
    ...{ processedOn: millisecondsOrNull, finishedOn: millisecondsOrNull, failedReason },
    children: listOf(ref('Flow')),
    left_out: { ...count, description: 'Children that are not shown: too many, or their records are gone.' },
  },
  ...['children', 'left_out'],
);

export const flowsSchemas: Record<string, JsonSchema> = {
  NewFlow: {
    ...withProperties(describePart(root as ObjectSchema), {
      id: {
        description:
          'The id of the top job. Default: `flow-` and a UUID. Those below get `.1`, `.2` and so on, so it must not end like that, or consist of digits or dots only.',
      },
    }),
    examples: [
      {
        id: 'november',
        queue: 'data-export',
        job: 'EXPORT_DATA',
        data: { site_id: 'demo', dataType: 'COSTS', format: 'CSV', ...exportedDays },
        children: [{ queue: 'analytics-aggregation', job: 'all', data: { site_id: 'demo' } }],
      },
    ],
  },
  FlowPart: describePart(($defs as { part: ObjectSchema }).part),
  AddedFlow: record({ queue: text, job: text, id: text, children: listOf(ref('AddedFlow')) }, 'children'),
  Flow: flow,
  ...responseSchemas({ AddedFlow: ref('AddedFlow'), Flow: ref('Flow') }),
};

const tag = 'Flows';

export const flowsPaths = {
  '/api/v1/flows': {
    post: operation({
      tag,
      id: 'addFlow',
      summary: 'Add a tree of jobs',
      description:
        'Each job runs when its children are done. At most 5 levels and 100 jobs, which are all added or none. Sent again with the same `id`, it is added once.',
      body: 'NewFlow',
      status: 201,
      response: 'AddedFlowResponse',
      errors: [409, ...bodyErrors],
      errorDescriptions: { 409: 'A flow with this `id` exists that has other jobs or data.' },
    }),
  },
  '/api/v1/flows/{queue}/{id}': {
    parameters: [
      { ...pathParameter('queue', { enum: queueNames }, 'The queue of the job.'), example: 'data-export' },
      idParameter('The id of a job. The example is the one that the example of `POST /api/v1/flows` adds.', 'november'),
    ],
    get: operation({
      tag,
      id: 'showFlow',
      summary: 'Show a job with the tree below it',
      response: 'FlowResponse',
      errors: [404, ...readErrors],
      errorDescriptions: { 404: 'There is no such queue or job.' },
    }),
  },
};
