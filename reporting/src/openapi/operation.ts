import type { Scope } from '@millrace/shared/access/keys';
import { type JsonSchema, ref } from './json-schema.js';

const json = (schema: JsonSchema) => ({ 'application/json': { schema } });
const lines = (schema: JsonSchema) => ({ 'application/x-ndjson': { schema } });

/** A query parameter. */
export const parameter = (name: string, schema: JsonSchema, description: string, required = false) => ({
  name,
  in: 'query',
  required,
  description,
  schema,
});
/** A query parameter in JSON. */
export const jsonParameter = (name: string, schema: JsonSchema, description: string) => ({
  name,
  in: 'query',
  description,
  content: json(schema),
});
/** A comma-separated query parameter. */
export const listParameter = (name: string, schema: JsonSchema, description: string, required = false) => ({
  ...parameter(name, schema, description, required),
  style: 'form',
  explode: false,
});

const defaultErrorDescriptions: Record<number, string> = {
  400: 'A parameter or field is missing or invalid: see `details.field`.',
  401: 'With `READ_AUTH=key`: the key is missing, unknown, revoked or expired.',
  403: 'With `READ_AUTH=key`: the key lacks the required scope, or is limited to another site.',
  404: 'The site, or what the path names, does not exist.',
  408: 'The body arrived more slowly than 1 KB per second for 5 seconds.',
  409: 'The site is being erased.',
  413: 'The body is larger than 100 KB.',
  415: 'The body is not JSON in UTF-8.',
  429: 'Too many requests, or too many long queries are running. `Retry-After` says when to try again.',
  503: 'The database is unreachable. `Retry-After` says when to try again.',
  504: 'The query took too long and was stopped.',
};

interface Operation {
  id: string;
  summary: string;
  description?: string;
  tag: string;
  parameters?: unknown[];
  /** Name of the schema of the body. */
  body?: string;
  bodyIsOptional?: boolean;
  /** Name of the schema of the response. Absent: it has no body. */
  response?: string;
  /** Name of the schema of one line, if the response is also available as NDJSON. */
  line?: string;
  /** Default: 200. */
  status?: number;
  errors: number[];
  /** Descriptions for statuses that mean something specific here. */
  errorDescriptions?: Record<number, string>;
  /** Whether the response has an ETag that `If-None-Match` can name. */
  hasEtag?: boolean;
  /** Scope that the key must have. Default: `read`. */
  scope?: Scope;
  /** True if a key is never needed. */
  isPublic?: boolean;
}

/** A key, or a browser session started with one. The empty alternative is for `READ_AUTH=open`. */
export const securityOf = (scope: Scope) => [{ key: [scope] }, { session: [] }, {}];

/** Adds what every operation has: its security, 401, 403 and a `default` for errors unrelated to the request. */
export function operation({
  id,
  summary,
  description,
  tag,
  parameters,
  body,
  bodyIsOptional = false,
  response,
  line,
  status: good = 200,
  errors: statuses,
  errorDescriptions = {},
  hasEtag = false,
  scope = 'read',
  isPublic = false,
}: Operation) {
  const refusal = (status: number) => ({
    description: errorDescriptions[status] ?? defaultErrorDescriptions[status],
    content: json(ref('Error')),
  });
  const content = response && { content: { ...json(ref(response)), ...(line && lines(ref(line))) } };
  return {
    operationId: id,
    summary,
    ...(description && { description }),
    tags: [tag],
    security: isPublic ? [{}] : securityOf(scope),
    ...(parameters && { parameters }),
    ...(body && { requestBody: { required: !bodyIsOptional, content: json(ref(body)) } }),
    responses: {
      [good]: content ? { description: 'The response.', ...content } : { description: 'Done.' },
      ...(hasEtag && {
        304: { description: 'The client already has this response: its `ETag` matches `If-None-Match`.' },
      }),
      ...Object.fromEntries([...statuses, 401, 403].map((status) => [status, refusal(status)])),
      default: { description: 'Internal error.', content: json(ref('Error')) },
    },
  };
}
