/** Turns what one route takes and answers into its place in the document. */
import type { Scope } from '@millrace/shared/access/keys';
import { type JsonSchema, ref } from './json-schema.js';

const json = (schema: JsonSchema) => ({ 'application/json': { schema } });
const lines = (schema: JsonSchema) => ({ 'application/x-ndjson': { schema } });

/** A parameter written as it is. */
export const parameter = (name: string, schema: JsonSchema, description: string, required = false) => ({
  name,
  in: 'query',
  required,
  description,
  schema,
});
/** A parameter written as JSON. */
export const jsonParameter = (name: string, schema: JsonSchema, description: string) => ({
  name,
  in: 'query',
  description,
  content: json(schema),
});
/** Names with commas between them. */
export const listParameter = (name: string, schema: JsonSchema, description: string, required = false) => ({
  ...parameter(name, schema, description, required),
  style: 'form',
  explode: false,
});

const refusals: Record<number, string> = {
  400: 'A parameter or field is missing or breaks a rule; `details.field` names it.',
  401: 'With `READ_AUTH=key`: there is no key, or it is not known, revoked or expired.',
  403: 'With `READ_AUTH=key`: the key lacks the scope that is needed, or is limited to another site.',
  404: 'There is no such site.',
  408: 'The body came slower than 1 KB a second for 5 s.',
  409: 'The site is being erased.',
  413: 'The body is larger than 100 KB.',
  415: 'The body is not JSON in UTF-8.',
  429: 'Too many requests, or too many long queries are running; `Retry-After` says when to ask again.',
  503: 'The database cannot be reached; `Retry-After` says when to ask again.',
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
  /** True when a request may come without a body. */
  bodyIsOptional?: boolean;
  /** Name of the schema of the answer; absent: it has no body. */
  answer?: string;
  /** Name of the schema of one line, where the answer also comes as lines. */
  line?: string;
  /** 200 when absent. */
  status?: number;
  refusals: number[];
  /** Of statuses whose reason is another than usual. */
  reasons?: Record<number, string>;
  /** True where `If-None-Match` spares an answer that the client has. */
  isKept?: boolean;
  /** What a key must allow where keys are needed; `read` when absent. */
  scope?: Scope;
  /** True where no key is ever needed. */
  isOpen?: boolean;
}

/** A key, or the session of a browser that was started with one; or nothing with `READ_AUTH=open`. */
export const securityOf = (scope: Scope) => [{ key: [scope] }, { session: [] }, {}];

/** Every operation needs a key with its scope, or none with `READ_AUTH=open`. It may also fail in ways that have nothing to do with it: `default`. */
export function operation({
  id,
  summary,
  description,
  tag,
  parameters,
  body,
  bodyIsOptional = false,
  answer,
  line,
  status: good = 200,
  refusals: statuses,
  reasons = {},
  isKept = false,
  scope = 'read',
  isOpen = false,
}: Operation) {
  const refusal = (status: number) => ({
    description: reasons[status] ?? refusals[status],
    content: json(ref('Error')),
  });
  const content = answer && { content: { ...json(ref(answer)), ...(line && lines(ref(line))) } };
  return {
    operationId: id,
    summary,
    ...(description && { description }),
    tags: [tag],
    security: isOpen ? [{}] : securityOf(scope),
    ...(parameters && { parameters }),
    ...(body && { requestBody: { required: !bodyIsOptional, content: json(ref(body)) } }),
    responses: {
      [good]: content ? { description: 'The answer.', ...content } : { description: 'Done.' },
      ...(isKept && { 304: { description: 'The client has this answer: `If-None-Match` names its `ETag`.' } }),
      ...Object.fromEntries([...statuses, 401, 403].map((status) => [status, refusal(status)])),
      default: { description: 'Something went wrong on our side.', content: json(ref('Error')) },
    },
  };
}
