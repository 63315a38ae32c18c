/** Turns the routes that every service has, those of this document and those of definitions into paths of the document. */
import { type JsonSchema, listOf, record, ref, text } from './json-schema.js';

const answers = (description: string, mediaType: string, schema: object) => ({
  description,
  content: { [mediaType]: { schema } },
});
const get = (operationId: string, summary: string, responses: object) => ({
  get: { operationId, summary, tags: ['Service'], responses },
});
const plain = { type: 'string' };

const meanings: JsonSchema = { type: 'object', additionalProperties: text };

export const serviceSchemas = {
  Definitions: record({
    metrics: meanings,
    dimensions: meanings,
    time: meanings,
    operators: meanings,
    ranges: meanings,
    comparison: meanings,
    match: meanings,
    bots: text,
    ai_crawlers: listOf(text, { description: 'Values of `bot` that are crawlers of AI services.' }),
  }),
};

export const servicePaths = {
  '/api/v1/definitions': get('definitions', 'What the names of a query mean, in Markdown; open to everybody', {
    200: answers('Meanings by name.', 'application/json', ref('Definitions')),
  }),
  '/': get('about', 'Which service this is, and of which version', {
    200: answers('Its name, its version and where its documentation is.', 'application/json', ref('About')),
  }),
  '/health': get('health', 'Whether the service and its database work', {
    200: answers('All is well.', 'application/json', ref('Health')),
    503: answers('A part is down.', 'application/json', ref('Health')),
  }),
  '/health/live': get('live', 'Whether the process runs', {
    200: answers('It does.', 'application/json', ref('Status')),
  }),
  '/health/ready': get('ready', 'Whether requests are welcome', {
    200: answers('They are.', 'application/json', ref('Health')),
    503: answers('A part is down, or the service stops.', 'application/json', {
      anyOf: [ref('Health'), ref('Status')],
    }),
  }),
  '/metrics': get('metrics', 'Metrics for Prometheus', { 200: answers('The metrics.', 'text/plain', plain) }),
  '/openapi.json': get('openapi', 'This document', {
    200: answers('The document.', 'application/json', { type: 'object' }),
  }),
  '/docs': get('docs', 'This document, for people', { 200: answers('A page.', 'text/html', plain) }),
};
