/** The operations of the document, for tests that send what it describes. */
import type { Response } from 'supertest';
import { expect } from 'vitest';
import { describeApi } from '../../src/openapi/describe-api.js';
import { createJudge } from './documented-service.js';

export interface Parameter {
  name: string;
  in: 'path' | 'query';
  example?: string;
}
interface DescribedResponse {
  headers?: Record<string, { schema: object }>;
  content?: Record<string, { schema: object }>;
}
export interface Operation {
  operationId: string;
  parameters?: Parameter[];
  requestBody?: { content: Record<string, { examples: Record<string, { value: unknown }> }> };
  responses: Record<string, DescribedResponse>;
}
export type Method = 'get' | 'head' | 'options' | 'post';

const judge = createJudge();

export const operations = Object.entries(describeApi().paths).flatMap(([path, { parameters: common = [], ...each }]) =>
  Object.entries(each as Record<Method, Operation>).map(([method, operation]) => ({
    method: method as Method,
    path,
    operation: { ...operation, parameters: [...(common as Parameter[]), ...(operation.parameters ?? [])] },
  })),
);
export const operationOf = (method: string, path: string) =>
  operations.find((each) => each.method === method && each.path === path)!.operation;

/** The address with all parameters that have an example, as Swagger UI fills them in. */
export function addressOf(path: string, parameters: Parameter[]): string {
  const given = parameters.filter(({ example }) => example !== undefined);
  const inPath = given.filter((parameter) => parameter.in === 'path');
  const query = new URLSearchParams(
    given.filter((parameter) => parameter.in === 'query').map(({ name, example }) => [name, example!]),
  );
  const filled = inPath.reduce((text, { name, example }) => text.replace(`{${name}}`, example!), path);
  return query.size > 0 ? `${filled}?${query}` : filled;
}

/** Checks status, headers and body against the document. */
export function expectDescribed({ responses }: Operation, { status, headers, type, body, text }: Response): void {
  const { content, headers: described = {} } = responses[status]!;
  for (const [name, { schema }] of Object.entries(described)) {
    const value = headers[name.toLowerCase()];
    expect(judge(schema, name === 'Retry-After' ? Number(value) : value), name).toBeUndefined();
  }
  if (!content) {
    expect(text ?? '').toBe('');
    return;
  }
  expect(Object.keys(content)).toContain(type);
  if (type !== 'image/gif')
    expect(judge(content[type]!.schema, type === 'application/json' ? body : text)).toBeUndefined();
}
