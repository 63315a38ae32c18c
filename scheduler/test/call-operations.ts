import request from 'supertest';
import { expect } from 'vitest';
import { addressOf, type DocumentedApp, exampleBodies, operationOf, problemOf } from './documented-app.js';

interface Sent {
  /** Values of path parameters; by default the examples. */
  values?: Record<string, string>;
  body?: unknown;
  headers?: Record<string, string>;
}

export interface Caller {
  /** Calls an operation once for each example of its body, unless another body is given; returns the last response. */
  call(id: string, sent?: Sent): Promise<request.Response>;
  /** The same, for the data in its envelope. */
  dataOf(id: string, sent?: Sent): Promise<ReturnType<typeof JSON.parse>>;
  called: Set<string>;
}

/** The first status of an operation is that of its success. */
function expectDescribed(id: string, { status, type, body }: request.Response): void {
  const { responses } = operationOf(id);
  expect({ id, status, error: body.error }).toEqual({
    id,
    status: Number(Object.keys(responses)[0]),
    error: undefined,
  });
  const { content } = responses[status]!;
  if (!content) return;
  expect(Object.keys(content)).toContain(type);
  if (type === 'application/json') expect(problemOf(content[type]!.schema, body), id).toBeUndefined();
}

/** Expects every call to succeed, and every response to be as described. */
export function createCaller({ app }: DocumentedApp, key: string): Caller {
  const called = new Set<string>();
  async function call(id: string, { values = {}, body, headers = {} }: Sent = {}) {
    const operation = operationOf(id);
    const examples = exampleBodies(operation);
    let response: request.Response | undefined;
    for (const each of body !== undefined || examples.length === 0 ? [body] : examples) {
      response = await request(app)
        [operation.method](addressOf(operation, values))
        .set({ authorization: `Bearer ${key}`, ...headers })
        .send(each as object | undefined);
      expectDescribed(id, response);
    }
    called.add(id);
    return response!;
  }
  return { call, called, dataOf: async (id, sent) => (await call(id, sent)).body.data };
}
