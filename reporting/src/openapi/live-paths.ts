import { siteIdPattern } from '@millrace/shared/contract/ids';
import {
  count,
  instant,
  type JsonSchema,
  listOf,
  record,
  ref,
  text,
  textOrNull,
} from '@millrace/shared/openapi/json-schema';
import { errorResponse, retryResponse } from '@millrace/shared/openapi/operation';
import { viewMinutes } from '../live/read-live.js';
import { securityOf } from './operation.js';

const siteId = { type: 'string', pattern: siteIdPattern.source };

const rows = (description: string): JsonSchema =>
  listOf(record({ value: textOrNull, visitors: count }), { maxItems: 10, description });

const rate: JsonSchema = { type: 'number', minimum: 0 };

const queue = record({
  name: text,
  waiting: { ...count, description: 'Jobs ready to start, including those of a paused queue.' },
  ...{ active: count, delayed: count, failed: count },
  rate_per_second: { ...rate, description: 'Jobs finished per second, over the last minute or less.' },
  oldest_waiting_seconds: { ...count, description: '0 if no job is waiting.' },
});

export const liveSchemas: Record<string, JsonSchema> = {
  OperatorState: record({
    at: instant,
    queues: listOf(queue),
    events: record({ received_per_second: rate, stored_per_second: rate }),
  }),
  LiveState: record({
    site_id: text,
    at: { ...instant, description: 'When the state was read.' },
    visitors_now: {
      ...count,
      description: 'Distinct visitors in the last five minutes, counted like `visitors` in a query.',
    },
    views_per_minute: listOf(count, {
      ...{ minItems: viewMinutes, maxItems: viewMinutes },
      description: 'Views per minute, oldest first. The last is the minute of `at`.',
    }),
    pages: rows('Paths by visitors in the last five minutes.'),
    sources: rows('Sources of their visits (`visit:source`). Null: direct.'),
    countries: rows('Their countries. Null: unknown.'),
    events: listOf(
      record({
        ...{ at: instant, event_type: text, path: text },
        ...{ country: textOrNull, browser: textOrNull, source: textOrNull },
      }),
      { maxItems: 20, description: 'The latest events of these minutes, newest first, without ids and properties.' },
    ),
  }),
};

const stream = (event: string, schema: string) => ({
  description: `Server-sent events. \`event: ${event}\` has an \`id\` and, as JSON in \`data\`, the schema ${schema}. \`event: problem\` has an error body; the stream stays open.`,
  content: { 'text/event-stream': { schema: ref(schema) } },
});

const tooMany = retryResponse('Too many requests or too many open streams; the message says which limit was hit.');

/** Browsers send it on their own when they reconnect. */
const lastEventId = {
  ...{ name: 'Last-Event-ID', in: 'header', required: false },
  description: 'The `id` of the last event that the client received. It is not sent again.',
  schema: text,
};

/** Adds what all live streams have in common. */
export const streamOperation = (about: object, event: string, schema: string, scope: 'read' | 'admin') => ({
  ...about,
  tags: ['Live'],
  security: securityOf(scope),
  parameters: [lastEventId],
  responses: {
    200: stream(event, schema),
    401: errorResponse('With `READ_AUTH=key`: the key is missing, unknown, revoked or expired.'),
    403: errorResponse('With `READ_AUTH=key`: the key lacks the required scope, or is limited to another site.'),
    429: tooMany,
    503: retryResponse('The service is shutting down, or the database is unreachable.'),
    default: errorResponse('Internal error.'),
  },
});

const siteStream = streamOperation(
  {
    operationId: 'watchSite',
    summary: 'Watch a site live',
    description:
      'The state is computed once a second for all viewers of a site and sent when it has changed. A comment every 15 seconds keeps the connection alive. If the database is unreachable the stream sends `event: problem` and stays open.',
  },
  'live',
  'LiveState',
  'read',
);

const operatorStream = streamOperation(
  {
    operationId: 'watchOperation',
    summary: 'Watch queues and rates live',
    description:
      'Takes an admin key that is not limited to one site. Event rates are averages over the last ten seconds.',
  },
  'operator',
  'OperatorState',
  'admin',
);

export const livePaths = {
  '/api/v1/operator/live': { get: operatorStream },
  '/api/v1/sites/{site_id}/live': {
    parameters: [{ name: 'site_id', in: 'path', required: true, description: 'The site.', schema: siteId }],
    get: { ...siteStream, responses: { ...siteStream.responses, 404: errorResponse('The site does not exist.') } },
  },
};
