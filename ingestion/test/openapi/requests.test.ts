/** The service accepts the examples of the document, and answers and refuses as described. */
import type { Express } from 'express';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  addressOf,
  expectDescribed,
  type Method,
  operationOf,
  operations,
  type Parameter,
} from './described-operations.js';
import { buildDocumentedApp, type DocumentedService, startDocumentedService } from './documented-service.js';

let service: DocumentedService;
let app: Express;
let closedApp: Express;
beforeAll(async () => {
  service = await startDocumentedService();
  app = buildDocumentedApp(service.events);
  closedApp = buildDocumentedApp(service.events, { keys: service.keys });
});
afterAll(() => service.stop());

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
