import { type JsonSchema, listOf, record, ref, text } from './json-schema.js';

const responseOf = (description: string, mediaType: string, schema: object) => ({
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
  '/api/v1/definitions': get('definitions', 'Describe the names that queries use, in Markdown. No key is needed', {
    200: responseOf('Meanings by name.', 'application/json', ref('Definitions')),
  }),
  '/': get('about', 'Show the name and version of the service', {
    200: responseOf('Name, version and where the documentation is.', 'application/json', ref('About')),
  }),
  '/health': get('health', 'Check the service and its database', {
    200: responseOf('Everything is up.', 'application/json', ref('Health')),
    503: responseOf('Something is down.', 'application/json', ref('Health')),
  }),
  '/health/live': get('live', 'Check that the process is running', {
    200: responseOf('It is running.', 'application/json', ref('Status')),
  }),
  '/health/ready': get('ready', 'Check that the service is ready for requests', {
    200: responseOf('It is ready.', 'application/json', ref('Health')),
    503: responseOf('Something is down, or the service is shutting down.', 'application/json', {
      anyOf: [ref('Health'), ref('Status')],
    }),
  }),
  '/metrics': get('metrics', 'Metrics for Prometheus', { 200: responseOf('The metrics.', 'text/plain', plain) }),
  '/openapi.json': get('openapi', 'This document', {
    200: responseOf('The document.', 'application/json', { type: 'object' }),
  }),
  '/docs': get('docs', 'This document as a web page', { 200: responseOf('An HTML page.', 'text/html', plain) }),
};
