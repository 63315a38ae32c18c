import type { Scope } from '@millrace/shared/access/keys';
import { type JsonSchema, jsonSchemaOf, record, text } from '@millrace/shared/openapi/json-schema';
import { createOperations, parameter, pathParameter } from '@millrace/shared/openapi/operation';
import type Joi from 'joi';

const securityOf = (scope: Scope) => [{ key: [scope] }];

export const operation = createOperations({
  errorDescriptions: {
    400: 'A parameter or field is missing or invalid: see `details.field`.',
    401: 'The key is missing, unknown, revoked or expired.',
    403: 'The key does not have the scope `admin`, or is limited to one site.',
    404: 'What the path names does not exist.',
    408: 'The body arrived more slowly than 1 KB per second for 5 seconds.',
    413: 'The body is larger than 1 MB.',
    415: 'The body is not JSON in UTF-8.',
    429: 'Too many requests of this client or key in the last minute. `Retry-After` says when to try again.',
    503: 'The database or the queue is unreachable. `Retry-After` says when to try again.',
    504: 'The database took too long.',
  },
  securityOf,
  scope: 'admin',
});

/** Errors that any operation can return. */
export const readErrors = [503, 504];
/** Errors of an operation that reads a body, even if nothing may be in it. */
export const bodyErrors = [400, 408, 413, 415, ...readErrors];

/** Schemas of successful responses, from those of their data: `Job` becomes `JobResponse`. */
export const responseSchemas = (data: Record<string, JsonSchema>): Record<string, JsonSchema> =>
  Object.fromEntries(
    Object.entries(data).map(([name, schema]) => [
      `${name}Response`,
      record({ success: { const: true }, data: schema }),
    ]),
  );

export interface DescribedParameter {
  description: string;
  example?: unknown;
}

const page: Record<string, DescribedParameter> = {
  page: { description: 'The page, from 1.' },
  limit: { description: 'Entries per page.' },
};

/** Query parameters as in the schema that the route validates them with; those of pages need no description. */
export function queryParameters(schema: Joi.ObjectSchema, more: Record<string, DescribedParameter> = {}): object[] {
  const described = { ...page, ...more };
  return Object.entries(jsonSchemaOf(schema).properties).map(([name, valueSchema]) => {
    const { description, example } = described[name]!;
    return { ...parameter(name, valueSchema, description), ...(example !== undefined && { example }) };
  });
}

/** The id of a resource in the path. Without an example where no id is the same in every installation. */
export const idParameter = (description: string, example?: string) => ({
  ...pathParameter('id', text, description),
  ...(example !== undefined && { example }),
});

/** The body of a change: any of the fields that a new resource has, without their defaults. */
export function changeOf(fields: Record<string, JsonSchema>): JsonSchema {
  const properties = Object.entries(fields).map(([name, { default: _default, ...schema }]) => [name, schema]);
  return {
    type: 'object',
    properties: Object.fromEntries(properties),
    additionalProperties: false,
    minProperties: 1,
  };
}
