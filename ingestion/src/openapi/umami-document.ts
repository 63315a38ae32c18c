/** The addresses of Umami's trackers. */
import { type JsonSchema, listOf, record, ref, text } from '@millrace/shared/openapi/json-schema';
import { maxEventsPerRequest } from '../parse-events.js';
import { accepted, rejectedEvents } from './events-document.js';
import { umamiBatchExample, umamiExamples } from './examples.js';
import { bodyErrors, eventOperation, jsonBody, onlyKeyInUrl } from './operation.js';

const described = (description: string, schema: JsonSchema = text): JsonSchema => ({ ...schema, description });

const payload: JsonSchema = {
  type: 'object',
  description: 'Other fields are not stored, except the web vitals of type `performance`. Long texts are cut.',
  properties: {
    website: described('The site.'),
    url: described('Path or address of the page.'),
    name: described('The `event_type`. Default: `view`.'),
    data: described('Properties of the event.', { type: 'object' }),
    tag: described('Property `tag`.'),
    id: described('The `user_id`.', { type: ['string', 'number'] }),
    referrer: text,
    title: text,
    hostname: text,
    language: text,
    screen: described('Such as `1920x1080`.'),
    timestamp: described('Seconds since 1970. Default: the time of arrival.', { type: ['number', 'null'] }),
    ip: described('Of the visitor, when a server sends the event. Not stored, and ignored with a public key.'),
    userAgent: described('Of the visitor, like `ip`.'),
  },
  required: ['website'],
};

export const umamiSchemas: Record<string, JsonSchema> = {
  UmamiEvent: {
    type: 'object',
    properties: {
      type: described('Default: `event`.', { enum: ['event', 'identify', 'performance'] }),
      payload,
    },
    required: ['payload'],
  },
  UmamiBatch: listOf(ref('UmamiEvent'), { maxItems: maxEventsPerRequest }),
  UmamiAccepted: record({ accepted, rejected: rejectedEvents }),
};

const send = (id: string, summary: string, body: object) => ({
  post: eventOperation({
    ...{ id, summary, tag: 'Umami', body, response: 'UmamiAccepted', errors: bodyErrors },
    description: 'The trackers of Umami send no key. With `INGEST_AUTH=key` a proxy has to add it to the URL.',
    security: onlyKeyInUrl,
  }),
});

export const umamiPaths = {
  '/api/send': send('umamiEvent', 'Send an event of Umami', jsonBody(ref('UmamiEvent'), umamiExamples)),
  '/api/batch': send(
    'umamiEvents',
    'Send many events of Umami',
    jsonBody(ref('UmamiBatch'), { list: { summary: 'Two events', value: umamiBatchExample } }),
  ),
};
