/** Live streams as paths of the document. */
import { siteIdPattern } from '@millrace/shared/contract/ids';
import { viewMinutes } from '../live/read-live.js';
import { refused } from './file-download.js';
import { count, instant, type JsonSchema, listOf, record, ref, text, textOrNull } from './json-schema.js';

const siteId = { type: 'string', pattern: siteIdPattern.source };

const rows = (description: string): JsonSchema =>
  listOf(record({ value: textOrNull, visitors: count }), { maxItems: 10, description });

const rate: JsonSchema = { type: 'number', minimum: 0 };

const queue = record({
  name: text,
  waiting: { ...count, description: 'Jobs that could start, those of a paused queue included.' },
  ...{ active: count, delayed: count, failed: count },
  rate_per_second: { ...rate, description: 'Jobs that ended, in the last minute or less.' },
  oldest_waiting_seconds: { ...count, description: '0 when none waits.' },
});

export const liveSchemas: Record<string, JsonSchema> = {
  OperatorState: record({
    at: instant,
    queues: listOf(queue),
    events: record({ received_per_second: rate, stored_per_second: rate }),
  }),
  LiveState: record({
    site_id: text,
    at: { ...instant, description: 'All is as of this instant.' },
    visitors_now: { ...count, description: 'Different visitors of the last five minutes, as `visitors` of a query.' },
    views_per_minute: listOf(count, {
      ...{ minItems: viewMinutes, maxItems: viewMinutes },
      description: 'Views of the minute of `at` and of those before it, oldest first.',
    }),
    pages: rows('Paths by visitors of the last five minutes.'),
    sources: rows('Sources of their visits (`visit:source`); null is who came directly.'),
    countries: rows('Countries; null is unknown.'),
    events: listOf(
      record({
        ...{ at: instant, event_type: text, path: text },
        ...{ country: textOrNull, browser: textOrNull, source: textOrNull },
      }),
      { maxItems: 20, description: 'The newest events of these minutes, newest first, without ids and properties.' },
    ),
  }),
};

const stream = (event: string, schema: string) => ({
  description: `Server-sent events. \`event: ${event}\` has ${schema} as JSON in \`data\` and an \`id\`; \`event: problem\` has the one error body, and the stream goes on.`,
  content: { 'text/event-stream': { schema: ref(schema) } },
});

const tooMany = refused('Too many requests, or too many streams are open already; the message says which limit it is.');

/** A client that connects again sends it by itself. */
const lastEventId = {
  ...{ name: 'Last-Event-ID', in: 'header', required: false },
  description: 'The `id` of the newest event that the client has: it is not sent again.',
  schema: text,
};

/** What every live stream answers besides. */
export const streamOperation = (about: object, event: string, schema: string, scope: 'read' | 'admin') => ({
  ...about,
  tags: ['Live'],
  security: [{ key: [scope] }, {}],
  parameters: [lastEventId],
  responses: {
    200: stream(event, schema),
    401: refused('With `READ_AUTH=key`: there is no key, or it is not known, revoked or expired.'),
    403: refused('With `READ_AUTH=key`: the key lacks the scope that is needed, or is limited to a site.'),
    429: tooMany,
    503: refused('The service is stopping.'),
    default: refused('Something went wrong on our side.'),
  },
});

const ofSite = streamOperation(
  {
    operationId: 'watchSite',
    summary: 'Watch a site live',
    description:
      'One computation a second for all who watch the site, sent when it has changed; a comment every 15 seconds shows that the stream lives. A database that cannot be reached is told by `event: problem`, and the stream goes on.',
  },
  'live',
  'LiveState',
  'read',
);

const ofOperator = streamOperation(
  {
    operationId: 'watchOperation',
    summary: 'Watch queues and rates live',
    description: 'For administrators of all sites. Rates of events are means of the last ten seconds.',
  },
  'operator',
  'OperatorState',
  'admin',
);

export const livePaths = {
  '/api/v1/operator/live': { get: ofOperator },
  '/api/v1/sites/{site_id}/live': {
    parameters: [{ name: 'site_id', in: 'path', required: true, description: 'The site.', schema: siteId }],
    get: { ...ofSite, responses: { ...ofSite.responses, 404: refused('No site has such an id.') } },
  },
};
