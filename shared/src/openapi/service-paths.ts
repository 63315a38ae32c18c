/** What every service's OpenAPI document has: the routes of `buildServiceApp`, this document, and their schemas. */
import { errorCatalogue } from '../platform/errors.js';
import { type JsonSchema, record, ref, text } from './json-schema.js';
import { content } from './operation.js';

const responseOf = (description: string, mediaType: string, schema: JsonSchema) => ({
  description,
  content: content(schema, mediaType),
});
/** A `GET` that needs no key. */
export const openGet = (operationId: string, summary: string, responses: object) => ({
  get: { operationId, summary, tags: ['Service'], security: [{}], responses },
});

/** `envelope`: properties next to `error` in every refusal. */
export const errorSchema = (envelope: Record<string, JsonSchema> = {}): JsonSchema =>
  record({
    ...envelope,
    error: record(
      {
        code: { enum: Object.keys(errorCatalogue) },
        message: text,
        details: { description: 'More about the error. `invalid_request` has the name of the field.' },
      },
      'details',
    ),
  });

export const serviceTag = { name: 'Service', description: 'Health, metrics and documentation of the service.' };

export const serviceSchemas: Record<string, JsonSchema> = {
  Health: record({
    status: { enum: ['healthy', 'unhealthy'] },
    services: { type: 'object', additionalProperties: { enum: ['up', 'down'] } },
    version: text,
  }),
  About: record({ service: text, docs: text, version: text }),
  Status: record({ status: text }),
};

export const servicePaths = {
  '/': openGet('about', 'Show the name and version of the service', {
    200: responseOf('Name, version and where the documentation is.', 'application/json', ref('About')),
  }),
  '/health': openGet('health', 'Check the service and what it depends on', {
    200: responseOf('Everything is up.', 'application/json', ref('Health')),
    503: responseOf('Something is down.', 'application/json', ref('Health')),
  }),
  '/health/live': openGet('live', 'Check that the process is running', {
    200: responseOf('It is running.', 'application/json', ref('Status')),
  }),
  '/health/ready': openGet('ready', 'Check that the service is ready for requests', {
    200: responseOf('It is ready.', 'application/json', ref('Health')),
    503: responseOf('Something is down, or the service is shutting down.', 'application/json', {
      anyOf: [ref('Health'), ref('Status')],
    }),
  }),
  '/metrics': openGet('metrics', 'Metrics for Prometheus', { 200: responseOf('The metrics.', 'text/plain', text) }),
  '/openapi.json': openGet('openapi', 'This document', {
    200: responseOf('The document.', 'application/json', { type: 'object' }),
  }),
  '/docs': openGet('docs', 'This document as a web page', { 200: responseOf('An HTML page.', 'text/html', text) }),
};
