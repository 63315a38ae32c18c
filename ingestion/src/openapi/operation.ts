/** Operations that take events: what every such request may contain, and how it may be refused. */
import type { JsonSchema } from '@millrace/shared/openapi/json-schema';
import { createOperations, type Operation } from '@millrace/shared/openapi/operation';
import { asText, type Examples } from './examples.js';

/** In the URL a key must be allowed to do nothing but send events of one site. The empty alternative is for `INGEST_AUTH=open`. */
const keyInHeader = [{ key: ['write'] }, { keyInUrl: ['write'] }, {}];
export const writeKey = [{ writeKey: ['write'] }, { keyInUrl: ['write'] }, {}];
export const onlyKeyInUrl = [{ keyInUrl: ['write'] }, {}];

const authenticate = {
  'WWW-Authenticate': { description: 'How to send a key.', schema: { const: 'Bearer' } },
};

const describe = createOperations({
  errorDescriptions: {
    400: 'The body or the URL cannot be understood, or no event is valid. See `code` and `details`.',
    401: 'With `INGEST_AUTH=key`: the key is missing, unknown, revoked or expired.',
    403: 'With `INGEST_AUTH=key`: the key lacks the scope `write`, is limited to another site or to pages of other origins, or must not be in a URL.',
    408: 'The body arrived more slowly than 1 KB per second for 5 seconds. Nothing was stored.',
    413: 'The body is too large, also after decompression, or has too many events.',
    415: 'The `Content-Type` or `Content-Encoding` is not supported.',
    429: 'Too many events or wrong keys from this sender. Nothing was stored.',
    503: 'Overloaded, shutting down, or the queue or database is unreachable. With `queue_unavailable`, events may have been stored: send them again with the same `event_id` and `timestamp`.',
  },
  securityOf: () => keyInHeader,
  scope: 'write',
});

/** A body in JSON, and the same as text. Swagger UI begins with the first example. */
export const jsonBody = (schema: JsonSchema, examples: Examples) => ({
  'application/json': { schema, examples },
  'text/plain': {
    schema: { type: 'string', contentMediaType: 'application/json', contentSchema: schema },
    examples: asText(examples),
  },
});

interface EventOperation extends Pick<Operation, 'id' | 'summary' | 'description' | 'tag' | 'parameters'> {
  /** Media types of the request body. */
  body?: object;
  /** Name of the schema of the response. */
  response: string;
  errors?: number[];
  security?: object[];
}

export function eventOperation({ body, security = keyInHeader, errors = [], ...about }: EventOperation) {
  const described = describe({ ...about, errors: [400, ...errors, 503] });
  const responses: Record<string, object> = described.responses;
  return {
    ...described,
    security,
    ...(body && { requestBody: { required: true, content: body } }),
    responses: { ...responses, 401: { ...responses[401], headers: authenticate } },
  };
}

/** Refusals of requests with a body. */
export const bodyErrors = [408, 413, 415];
