/** The addresses of Segment and RudderStack. */
import { type JsonSchema, listOf, record, ref, text } from '@millrace/shared/openapi/json-schema';
import { content, errorResponse, pathParameter } from '@millrace/shared/openapi/operation';
import { maxEventsPerRequest } from '../parse-events.js';
import { segmentBatchPaths, segmentTypes } from '../wires/segment.js';
import { accepted, rejectedEvents } from './events-document.js';
import { messageExamples, messagesExample } from './examples.js';
import { bodyErrors, eventOperation, jsonBody, writeKey } from './operation.js';

const id: JsonSchema = { type: ['string', 'number', 'null'] };
const time: JsonSchema = { type: ['string', 'number', 'null'], description: 'ISO 8601, or milliseconds since 1970.' };
const object: JsonSchema = { type: ['object', 'null'] };
const siteAsKey: JsonSchema = {
  ...text,
  description: 'With `INGEST_AUTH=open`: the site, unless it is the user name of the Basic authorization.',
};

const fields: Record<string, JsonSchema> = {
  type: { ...text, examples: segmentTypes, description: 'Default: the one of the URL.' },
  event: { ...text, description: 'The `event_type` of a `track` message.' },
  name: { type: ['string', 'null'], description: 'Name of a page or screen.' },
  userId: { ...id, description: 'The `user_id`.' },
  anonymousId: { ...id, description: 'The `user_id` if there is no `userId`.' },
  messageId: { ...id, description: 'The `event_id`, if the message has a time.' },
  originalTimestamp: time,
  timestamp: { ...time, description: 'Used if there is no `originalTimestamp`.' },
  sentAt: { ...time, description: 'When the client sent the message, to correct its clock.' },
  properties: {
    ...object,
    description: '`url`, `path`, `referrer` and `title` of a page become columns, all others properties.',
  },
  context: {
    ...object,
    description:
      '`page`, `campaign`, `locale`, `timezone`, `screen`, `os` and `sessionId` become columns. `ip` and `userAgent` describe the visitor and are not stored; they are ignored with a public key.',
  },
  groupId: { ...id, description: 'Property `group_id`.' },
  previousId: { ...id, description: 'Property `previous_id`.' },
  traits: { ...object, description: 'Not stored.' },
  writeKey: siteAsKey,
};

export const segmentSchemas: Record<string, JsonSchema> = {
  Message: {
    type: 'object',
    description:
      'A message of the Segment specification. Fields that are not listed are not stored, and long texts are cut.',
    properties: fields,
  },
  MessageBatch: {
    type: 'object',
    properties: {
      batch: listOf(ref('Message'), { maxItems: maxEventsPerRequest }),
      sentAt: { ...time, description: 'For all messages without a `sentAt` of their own.' },
      writeKey: siteAsKey,
    },
    required: ['batch'],
  },
  MessagesAccepted: record({ success: { const: true }, accepted, rejected: rejectedEvents }),
  SegmentSettings: record({
    integrations: record({
      'Segment.io': record({ apiKey: text, apiHost: text, protocol: { enum: ['http', 'https'] } }),
    }),
    plan: { type: 'object', maxProperties: 0 },
  }),
};

const summaries: Record<(typeof segmentTypes)[number], string> = {
  track: 'Track an action',
  page: 'Track a view of a page',
  identify: 'Identify a user',
  screen: 'Track a view of a screen',
  group: 'Assign a user to a group',
  alias: 'Link two ids of a user',
};

const send = (id: string, summary: string, schema: string, value: object) =>
  eventOperation({
    ...{ id, summary, tag: 'Segment and RudderStack' },
    body: jsonBody(ref(schema), { example: { summary: 'For the site `demo`', value } }),
    response: 'MessagesAccepted',
    errors: bodyErrors,
    security: writeKey,
  });

const typePaths = segmentTypes.flatMap((type) => {
  const post = (id: string, summary: string) => ({ post: send(id, summary, 'Message', messageExamples[type]!) });
  const [letter] = type;
  return [
    [`/v1/${type}`, post(type, summaries[type])] as const,
    [`/v1/${letter}`, post(`${type}Shortly`, `${summaries[type]} (short for \`/v1/${type}\`)`)] as const,
  ];
});

const batchPaths = segmentBatchPaths.map((path) => {
  const [first] = segmentBatchPaths;
  const summary = path === first ? 'Send many messages' : `Send many messages (same as \`${first}\`)`;
  return [
    path,
    { post: send(`${path.slice('/v1/'.length)}Messages`, summary, 'MessageBatch', messagesExample) },
  ] as const;
});

const settings = {
  parameters: [
    {
      ...pathParameter('writeKey', { type: 'string', pattern: '^[A-Za-z0-9._~-]+$' }, 'Returned as `apiKey`.'),
      example: 'demo',
    },
  ],
  get: {
    operationId: 'segmentSettings',
    summary: 'Settings for analytics.js',
    description:
      'analytics.js loads them first, to learn where to send its messages: to the host that it loaded them from.',
    tags: ['Segment and RudderStack'],
    security: [{}],
    responses: {
      200: { description: 'The settings.', content: content(ref('SegmentSettings')) },
      404: errorResponse('The write key has other characters.'),
    },
  },
  head: {
    operationId: 'segmentSettingsHead',
    summary: 'Check that the settings for analytics.js can be loaded',
    tags: ['Segment and RudderStack'],
    security: [{}],
    responses: {
      200: { description: 'They can.' },
      404: { description: 'The write key has other characters.' },
    },
  },
};

export const segmentPaths = {
  ...Object.fromEntries([...typePaths, ...batchPaths]),
  '/v1/projects/{writeKey}/settings': settings,
};
