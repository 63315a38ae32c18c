/** `/event` and `/events`: the service's own format. */
import { count, type JsonSchema, listOf, record, ref, text } from '@millrace/shared/openapi/json-schema';
import { jsonParameter, parameter } from '@millrace/shared/openapi/operation';
import { maxListedRejections } from '../answer-events.js';
import { bodyFormats, maxEventsPerRequest } from '../parse-events.js';
import { rejectionReasons } from '../validate-events.js';
import { eventFields, eventSchemas } from './event-schema.js';
import { batchExamples, eventExamples, lineExamples, parameterExamples } from './examples.js';
import { bodyErrors, eventOperation, jsonBody } from './operation.js';
import { typedSchemas } from './typed-event-schemas.js';

export const rejectedEvents = listOf(ref('RejectedEvent'), {
  maxItems: maxListedRejections,
  description: `The events that were not accepted, at most the first ${maxListedRejections.toLocaleString('en')}.`,
});
export const accepted: JsonSchema = { ...count, description: 'How many events are in the queue, on disk.' };

const events = listOf(ref('Event'), { minItems: 1, maxItems: maxEventsPerRequest });

function batchSchema(): JsonSchema {
  const sentAt = { ...eventFields().properties.sent_at, type: ['string', 'null'] };
  const describe = 'For all events without a `sent_at` of their own.';
  const batchOf = (name: string) => ({
    title: `An object with \`${name}\``,
    ...record({ [name]: events, sent_at: { ...sentAt, description: describe } }, 'sent_at'),
  });
  return {
    description: 'Each event is checked by itself: an invalid one does not affect the others.',
    anyOf: [{ title: 'A list', ...events }, batchOf('events'), batchOf('batch')],
  };
}

export const eventsSchemas = (): Record<string, JsonSchema> => ({
  ...eventSchemas(),
  ...typedSchemas(),
  EventBatch: batchSchema(),
  Accepted: record({ status: { const: 'ok' } }),
  BatchAccepted: record({ status: { const: 'ok' }, accepted, rejected: rejectedEvents }),
  RejectedEvent: record({
    index: { ...count, description: 'Place of the event in the batch. The first is 0.' },
    reason: { enum: rejectionReasons },
    field: { ...text, description: 'Name of the field, or empty.' },
    message: text,
  }),
});

const isLines = (type: string) => bodyFormats[type] === 'ndjson';
const lines = {
  schema: { type: 'string', contentMediaType: 'application/x-ndjson' },
  examples: lineExamples,
};

/** Parameters of `GET`, where everything but `properties` is text and an empty optional one counts as absent. */
function parameters() {
  const { properties, required } = eventFields();
  const { properties: _json, context: _fromServers, ...texts } = properties;
  return [
    ...Object.entries(texts).map(([name, { description, minLength, ...schema }]) => {
      const isNeeded = (required as string[]).includes(name);
      const example = parameterExamples[name];
      return {
        ...parameter(name, isNeeded && minLength ? { ...schema, minLength } : schema, String(description), isNeeded),
        ...(example !== undefined && { example }),
      };
    }),
    jsonParameter(
      'properties',
      { ...properties.properties!, description: undefined },
      'Properties in JSON. A single one may be sent as text instead: `properties.plan=free`.',
    ),
    parameter('_', text, 'Ignored: a random number that defeats caches.'),
  ];
}

const pixel = (id: string, summary: string, description: string) => ({
  ...eventOperation({ id, summary, description, tag: 'Events', parameters: parameters(), response: 'Accepted' }),
});

const image = { 'image/gif': { schema: { type: 'string', contentMediaType: 'image/gif' } } };

/** Without bodies, as `HEAD` answers. */
const withoutContent = <R extends object>(responses: Record<string, R>) =>
  Object.fromEntries(
    Object.entries(responses).map(([status, response]) => [status, { ...response, content: undefined }]),
  );

export function eventsPaths() {
  const get = pixel(
    'sendPixel',
    'Send one event as an image',
    'For pages and mails that can load an image but not post. Addresses end up in logs, so a key in it must be limited to sending events of one site.',
  );
  const head = pixel('checkPixel', 'Check the address of an image', 'Answers as `GET` would, and stores nothing.');
  const shown = { description: 'A transparent GIF of one pixel, which is never cached.', content: image };
  return {
    '/event': {
      get: { ...get, responses: { ...get.responses, 200: shown } },
      head: { ...head, responses: withoutContent({ ...head.responses, 200: shown }) },
      post: eventOperation({
        id: 'sendEvent',
        summary: 'Send one event',
        description:
          'A 200 is durable: the event is in the queue, on disk, and will be counted within about a second. After a timeout or a 5xx send it again with the same `event_id` and `timestamp`: it is stored once.',
        tag: 'Events',
        body: jsonBody(ref('Event'), eventExamples),
        response: 'Accepted',
        errors: bodyErrors,
      }),
    },
    '/events': {
      post: eventOperation({
        id: 'sendEvents',
        summary: 'Send many events',
        description: `Up to ${maxEventsPerRequest.toLocaleString('en')} events as JSON, or one event per line as NDJSON. The valid ones are accepted. If none is valid, the response is 400 and \`details.rejected\` says why.`,
        tag: 'Events',
        body: {
          ...jsonBody(ref('EventBatch'), batchExamples),
          ...Object.fromEntries(
            Object.keys(bodyFormats)
              .filter(isLines)
              .map((type) => [type, lines]),
          ),
        },
        response: 'BatchAccepted',
        errors: bodyErrors,
      }),
    },
  };
}
