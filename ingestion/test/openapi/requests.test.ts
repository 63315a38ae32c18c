/** The service accepts the examples of the document, and answers and refuses as described. */
import { createKey, type NewKey } from '@millrace/shared/access/keys';
import type { Express } from 'express';
import request, { type Response } from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeApi } from '../../src/openapi/describe-api.js';
import {
  buildDocumentedApp,
  createJudge,
  type DocumentedService,
  startDocumentedService,
} from './documented-service.js';

interface Parameter {
  name: string;
  in: 'path' | 'query';
  example?: string;
}
interface DescribedResponse {
  headers?: Record<string, { schema: object }>;
  content?: Record<string, { schema: object }>;
}
interface Operation {
  operationId: string;
  parameters?: Parameter[];
  requestBody?: { content: Record<string, { examples: Record<string, { value: unknown }> }> };
  responses: Record<string, DescribedResponse>;
}
type Method = 'get' | 'head' | 'options' | 'post';

const judge = createJudge();
let service: DocumentedService;
let app: Express;
let closedApp: Express;
beforeAll(async () => {
  service = await startDocumentedService();
  app = buildDocumentedApp(service.events);
  closedApp = buildDocumentedApp(service.events, { keys: service.keys });
});
afterAll(() => service.stop());

const operations = Object.entries(describeApi().paths).flatMap(([path, { parameters: common = [], ...each }]) =>
  Object.entries(each as Record<Method, Operation>).map(([method, operation]) => ({
    method: method as Method,
    path,
    operation: { ...operation, parameters: [...(common as Parameter[]), ...(operation.parameters ?? [])] },
  })),
);
const operationOf = (method: string, path: string) =>
  operations.find((each) => each.method === method && each.path === path)!.operation;

/** The address with all parameters that have an example, as Swagger UI fills them in. */
function addressOf(path: string, parameters: Parameter[]): string {
  const given = parameters.filter(({ example }) => example !== undefined);
  const inPath = given.filter((parameter) => parameter.in === 'path');
  const query = new URLSearchParams(
    given.filter((parameter) => parameter.in === 'query').map(({ name, example }) => [name, example!]),
  );
  const filled = inPath.reduce((text, { name, example }) => text.replace(`{${name}}`, example!), path);
  return query.size > 0 ? `${filled}?${query}` : filled;
}

/** Checks status, headers and body against the document. */
function expectDescribed({ responses }: Operation, { status, headers, type, body, text }: Response): void {
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

const ask = (to: Express, method: Method, address: string) => request(to)[method](address);
const textOf = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));

describe('pressing "Try it out" works', () => {
  it.each(operations.filter(({ operation }) => !operation.requestBody))('$method $path', async (described) => {
    const { method, path, operation } = described;
    const [success] = Object.keys(operation.responses);
    const response = await ask(app, method, addressOf(path, operation.parameters)).expect(Number(success));
    expectDescribed(operation, response);
  });

  const sends = operations.flatMap(({ method, path, operation }) =>
    Object.entries(operation.requestBody?.content ?? {}).flatMap(([type, { examples }]) =>
      Object.entries(examples).map(([name, { value }]) => ({ method, path, type, name, value, operation })),
    ),
  );
  it.each(sends)('$method $path with $name as $type', async ({ method, path, type, value, operation }) => {
    const queuedBefore = await service.queued();
    const send = ask(app, method, path).set('content-type', type).send(textOf(value));
    const response = await send.expect(200);
    expectDescribed(operation, response);
    const { accepted = 1, rejected = [] } = response.body;
    expect(rejected).toEqual([]);
    expect(await service.queued()).toBe(queuedBefore + accepted);
  });

  it('has an example for each media type and each required parameter', () => {
    for (const { operation } of operations) {
      for (const { examples } of Object.values(operation.requestBody?.content ?? {})) {
        expect(Object.keys(examples)).not.toEqual([]);
      }
    }
    const needed = operations.flatMap(({ operation }) =>
      (operation.parameters as (Parameter & { required?: boolean })[]).filter(({ required }) => required),
    );
    expect(needed.filter(({ example }) => example === undefined)).toEqual([]);
  });
});

it('every parameter of GET /event is accepted, also when it is empty and optional', async () => {
  const { parameters } = operationOf('get', '/event');
  const values: Record<string, string> = {
    timestamp: '2025-11-14T10:00:00Z',
    sent_at: '2025-11-14T10:00:20Z',
    properties: '{"plan":"free"}',
    country: 'AT',
  };
  const required = parameters.filter(({ example }) => example !== undefined);
  const needed = new URLSearchParams(required.map(({ name, example }) => [name, example!]));
  for (const { name } of parameters.filter((parameter) => !required.includes(parameter))) {
    for (const value of [values[name] ?? 'x', '']) {
      const query = new URLSearchParams([...needed, [name, value]]);
      if (name === 'event_id') query.set('timestamp', values.timestamp!);
      await request(app).get(`/event?${query}`).expect(200);
    }
  }
});

const event = { site_id: 'demo', event_type: 'view', path: '/' };
const address = '/event?site_id=demo&event_type=view&path=/';

describe('refusals are as described', () => {
  const events = Array.from({ length: 11 }, () => event);
  const limited = () => buildDocumentedApp(service.events, { eventsPerSecond: 1 });
  const closing = () => buildDocumentedApp(service.events, { isClosing: true });

  it.each([
    ['/event', { ...event, colour: 'red' }],
    ['/events', [7]],
    ['/events', { events: [], more: 1 }],
    ['/v1/track', { writeKey: 'demo' }],
    ['/v1/batch', []],
    ['/api/send', {}],
    ['/api/batch', [{}]],
  ])('400 of %s for %j', async (path, body) => {
    expectDescribed(operationOf('post', path), await request(app).post(path).send(body).expect(400));
  });

  it.each([
    ['/event', 'application/xml', 415],
    ['/events', 'application/xml', 415],
  ])('415 of %s for %s', async (path, type, status) => {
    const response = await request(app).post(path).set('content-type', type).send('<a/>').expect(status);
    expectDescribed(operationOf('post', path), response);
  });

  it.each(['/event', '/events', '/v1/p', '/v1/import', '/api/send', '/api/batch'])(
    '401 and 503 of %s',
    async (path) => {
      expectDescribed(operationOf('post', path), await request(closedApp).post(path).send(event).expect(401));
      expectDescribed(operationOf('post', path), await request(closing()).post(path).send(event).expect(503));
    },
  );

  it('413 for more events than the limit ever allows, and 429 for more than it allows now', async () => {
    const operation = operationOf('post', '/events');
    expectDescribed(operation, await request(limited()).post('/events').send(events).expect(413));
    const agent = request(limited());
    await agent.post('/events').send(events.slice(1)).expect(200);
    expectDescribed(operation, await agent.post('/events').send(events.slice(1)).expect(429));
  });

  it.each(['get', 'head'] as const)('400, 401, 429 and 503 of %s /event', async (method) => {
    const operation = operationOf(method, '/event');
    expectDescribed(operation, await ask(app, method, '/event?colour=red').expect(400));
    expectDescribed(operation, await ask(closedApp, method, address).expect(401));
    expectDescribed(operation, await ask(closing(), method, address).expect(503));
  });

  it.each(['/m.zz.js', '/v1/projects/a%20b/settings'])('404 of %s', async (path) => {
    const template = path.startsWith('/m') ? '/m.{hash}.js' : '/v1/projects/{writeKey}/settings';
    expectDescribed(operationOf('get', template), await request(app).get(path).expect(404));
  });
});

describe('with INGEST_AUTH=key, the security schemes', () => {
  const keyOf = async (more: Omit<NewKey, 'name'>) =>
    (await createKey(service.database.pool, { name: 'k', ...more })).key;
  const bearer = (key: string) => ({ authorization: `Bearer ${key}` });
  const basic = (key: string) => ({ authorization: `Basic ${Buffer.from(`${key}:`).toString('base64')}` });
  const message = { type: 'track', event: 'trial' };
  const umami = { type: 'event', payload: { website: 'demo', url: '/' } };

  it('are those that the service accepts', async () => {
    const key = await keyOf({ scopes: ['write'], siteId: 'demo' });
    await request(closedApp).post('/event').set(bearer(key)).send(event).expect(200);
    await request(closedApp).post(`/events?key=${key}`).send([event]).expect(200);
    await request(closedApp).get(`${address}&key=${key}`).expect(200);
    await request(closedApp).post('/v1/track').set(basic(key)).send(message).expect(200);
    await request(closedApp).post(`/v1/t?key=${key}`).send(message).expect(200);
    await request(closedApp).post(`/api/send?key=${key}`).send(umami).expect(200);
    expect(Object.keys(describeApi().components.securitySchemes)).toEqual(['key', 'keyInUrl', 'writeKey']);
  });

  it('are refused where the document does not name them', async () => {
    const key = await keyOf({ scopes: ['write'], siteId: 'demo' });
    await request(closedApp).post('/event').set(basic(key)).send(event).expect(401);
    await request(closedApp).post('/v1/track').set(bearer(key)).send(message).expect(401);
    await request(closedApp).post('/api/send').set(bearer(key)).send(umami).expect(401);
  });

  it('refuse other scopes, and secrets in a URL, as described', async () => {
    const operation = operationOf('post', '/event');
    const reader = await keyOf({ scopes: ['read'] });
    const secret = await keyOf({ scopes: ['write'] });
    expectDescribed(operation, await request(closedApp).post('/event').set(bearer(reader)).send(event).expect(403));
    expectDescribed(operation, await request(closedApp).post(`/event?key=${secret}`).send(event).expect(403));
  });
});
