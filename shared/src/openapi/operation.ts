/** Builds the operations of an OpenAPI document. */
import type { Scope } from '../access/keys.js';
import { type JsonSchema, ref } from './json-schema.js';

export interface OpenApiDocument {
  openapi: string;
  info: { title: string; version: string; description: string; license: { name: string; identifier: string } };
  servers: { url: string; description: string }[];
  tags: { name: string; description: string }[];
  paths: Record<string, Record<string, unknown>>;
  components: { schemas: Record<string, JsonSchema>; securitySchemes: Record<string, object> };
}

/** What the documents of all services begin with. The server is where the document was loaded from, behind any prefix of a proxy. */
export const documentHead = {
  openapi: '3.1.1',
  servers: [{ url: '.', description: 'This service.' }],
};
export const license = { name: 'MIT', identifier: 'MIT' };

export const content = (schema: JsonSchema, mediaType = 'application/json') => ({ [mediaType]: { schema } });

export const errorResponse = (description: string) => ({ description, content: content(ref('Error')) });

/** A 429 or 503, which says when to try again. */
export const retryResponse = (description: string) => ({
  ...errorResponse(description),
  headers: {
    'Retry-After': { description: 'Seconds until the next attempt.', schema: { type: 'integer', minimum: 1 } },
  },
});

/** A parameter of the path, which is always required. */
export const pathParameter = (name: string, schema: JsonSchema, description: string) => ({
  name,
  in: 'path',
  required: true,
  description,
  schema,
});
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
  content: content(schema),
});
/** A comma-separated query parameter. */
export const listParameter = (name: string, schema: JsonSchema, description: string, required = false) => ({
  ...parameter(name, schema, description, required),
  style: 'form',
  explode: false,
});

export interface Operation {
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
  /** Scope that the key must have. Default: the one of the service. */
  scope?: Scope;
  /** True if a key is never needed. */
  isPublic?: boolean;
}

/** What the operations of a service have in common. */
export interface ServiceOperations {
  /** Default descriptions by status. */
  errorDescriptions: Record<number, string>;
  securityOf: (scope: Scope) => object[];
  scope: Scope;
}

/** Adds what every operation has: its security, 401, 403, 429 and a `default` for errors unrelated to the request. */
export const createOperations =
  ({ errorDescriptions: common, securityOf, scope: usualScope }: ServiceOperations) =>
  ({ id, summary, description, tag, parameters, body, response, line, ...more }: Operation) => {
    const { bodyIsOptional = false, status = 200, errors, errorDescriptions, hasEtag = false, scope, isPublic } = more;
    const refusal = (code: number) => {
      const response = code === 429 || code === 503 ? retryResponse : errorResponse;
      return response({ ...common, ...errorDescriptions }[code]!);
    };
    const responseContent = response && {
      content: { ...content(ref(response)), ...(line && content(ref(line), 'application/x-ndjson')) },
    };
    return {
      operationId: id,
      summary,
      ...(description && { description }),
      tags: [tag],
      security: isPublic ? [{}] : securityOf(scope ?? usualScope),
      ...(parameters && { parameters }),
      ...(body && { requestBody: { required: !bodyIsOptional, content: content(ref(body)) } }),
      responses: {
        [status]: responseContent ? { description: 'The response.', ...responseContent } : { description: 'Done.' },
        ...(hasEtag && {
          304: { description: 'The client already has this response: its `ETag` matches `If-None-Match`.' },
        }),
        ...Object.fromEntries([...errors, 401, 403, 429].map((code) => [code, refusal(code)])),
        default: errorResponse('Internal error.'),
      },
    };
  };
