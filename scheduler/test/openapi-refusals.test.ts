/** Operations refuse requests with the statuses that the document names, and with an error as described. */
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCaller } from './call-operations.js';
import {
  addressOf,
  type Described,
  type DocumentedApp,
  exampleBodies,
  openDocumentedApp,
  operationOf,
  operations,
  problemOf,
  schemaOf,
} from './documented-app.js';

const letterId = '00000000-0000-8000-a000-000000000001';
const jobLetterId = '00000000-0000-8000-a000-000000000002';
const unknownId = '00000000-0000-8000-a000-000000000009';

let service: DocumentedApp;
let keys: Record<'admin' | 'reader' | 'ofSite', string>;
let alertId: string;

beforeAll(async () => {
  service = await openDocumentedApp();
  const { newKey, database } = service;
  keys = {
    admin: await newKey(),
    reader: await newKey({ scopes: ['read'] }),
    ofSite: await newKey({ siteId: 'demo' }),
  };
  const { call, dataOf } = createCaller(service, keys.admin);
  await call('createJobTemplate');
  await call('addFlow');
  await dataOf('createSchedule', {
    body: { name: 'x', cron: '@daily', template: 'export-yesterday', site_id: 'demo' },
  });
  alertId = (await dataOf('createAlert')).id;
  await database.pool.query(
    `insert into dead_letter_events (id, site_id, reason, payload, job_id)
    values ($1, 'demo', 'x', '{}', 'job'), ($2, '', 'invalid job: x', 'no JSON', 'job')`,
    [letterId, jobLetterId],
  );
});
afterAll(() => service.close());

/** Operations of the API itself: pages, health and documentation are not under `/api/v1`. */
const ofApi = operations.filter(({ path }) => path.startsWith('/api/v1/')).map((each) => [each.id, each] as const);
/** Ignores its body. */
const readsNoBody = ['testAlert'];
/** Includes operations that expect an empty body. */
const withBody = ofApi.filter(
  ([id, { method }]) => ['post', 'put', 'patch'].includes(method) && !readsNoBody.includes(id),
);
const inPath = ({ parameters }: Described) => parameters.filter((each) => each.in === 'path').map(({ name }) => name);
const withNames = ofApi.filter(([, operation]) => inPath(operation).length > 0);

/** An id that exists, where the document can have no example of one; for the rest an unknown one. */
function idFor({ id, path, parameters }: Described): Record<string, string> {
  if (id === 'retryJob') return { id: 'november' };
  if (!parameters.some(({ name, example }) => name === 'id' && example === undefined)) return {};
  return { id: path.includes('/alerts/') ? alertId : path.includes('/dead-letters/') ? letterId : unknownId };
}

const sendTo = (operation: Described, values: Record<string, string> = {}, key: string | undefined = keys.admin) => {
  const sent = request(service.app)[operation.method](addressOf(operation, { ...idFor(operation), ...values }));
  return key === '' ? sent : sent.set('authorization', `Bearer ${key}`);
};

function expectRefusal(operation: Described, { status, type, body }: request.Response, expected: number): void {
  expect({ id: operation.id, status, type }).toEqual({ id: operation.id, status: expected, type: 'application/json' });
  expect(Object.keys(operation.responses)).toContain(String(status));
  expect(problemOf(schemaOf('Error'), body)).toBeUndefined();
}

describe.each(ofApi)('%s', (_id, operation) => {
  it('needs a key, with scope admin', async () => {
    expect(operation.security).toEqual([{ key: ['admin'] }]);
    expectRefusal(operation, await sendTo(operation, {}, ''), 401);
    expectRefusal(operation, await sendTo(operation, {}, 'mr_unknown'), 401);
    expectRefusal(operation, await sendTo(operation, {}, keys.reader), 403);
  });
});

it.each(ofApi)('%s is for keys of all sites, unless it is about dead letters', async (_id, operation) => {
  const response = await sendTo(operation, {}, keys.ofSite).send(exampleBodies(operation)[0] as object | undefined);
  if (!operation.path.includes('dead-letters')) return expectRefusal(operation, response, 403);
  expect(response.status).not.toBe(403);
});

it.each(withNames)('%s finds nothing under an unknown name', async (_id, operation) => {
  for (const name of inPath(operation)) {
    expectRefusal(operation, await sendTo(operation, { [name]: 'unknown' }), 404);
  }
});

it.each(ofApi)('%s names 404 only if something is named in its path', (_id, operation) => {
  expect('404' in operation.responses).toBe(inPath(operation).length > 0);
});

it.each(withBody)('%s refuses bodies that are no JSON, too large, or have other fields', async (_id, operation) => {
  const send = (type: string, body: string) => sendTo(operation).set('content-type', type).send(body);
  expectRefusal(operation, await send('text/plain', 'x'), 415);
  expectRefusal(operation, await send('application/json', '{'), 400);
  expectRefusal(operation, await send('application/json', '{"other_field":1}'), 400);
  for (const body of ['null', '[]', '"text"', '1']) {
    const response = await send('application/json', body);
    expectRefusal(operation, response, 400);
    expect(response.body.error).toMatchObject({ code: 'invalid_request', message: 'The body must be a JSON object.' });
  }
  expectRefusal(operation, await send('application/json', `"${'x'.repeat(1_100_000)}"`), 413);
  expect(Object.keys(operation.responses)).toContain('408');
});

const withQuery = ofApi.filter(([, { parameters }]) => parameters.some((each) => each.in === 'query'));
it.each(withQuery)('%s refuses other query parameters', async (_id, operation) => {
  expectRefusal(operation, await sendTo(operation).query({ other: '1' }), 400);
});

describe('conflicts', () => {
  const otherFlow = {
    id: 'november',
    queue: 'data-export',
    job: 'EXPORT_DATA',
    data: { site_id: 'demo', dataType: 'COSTS', format: 'JSON', startDate: '2025-11-01', endDate: '2025-11-30' },
  };
  const named = { site_id: '{{site_id}}-{{other}}' };
  const conflicts: [string, Record<string, string>, unknown?][] = [
    ['retryJob', { id: 'november' }],
    ['changeSchedule', {}, { name: 'x' }],
    ['deleteSchedule', { id: 'daily-revenue' }],
    ['triggerSchedule', { id: 'foreign' }],
    ['createJobTemplate', {}, exampleBodies(operationOf('createJobTemplate'))[0]],
    ['changeJobTemplate', {}, { queue: 'analytics-aggregation', job: 'all', data: named }],
    ['deleteJobTemplate', {}],
    ['addFlow', {}, otherFlow],
    ['correctDeadLetter', { id: jobLetterId }, { payload: {} }],
    ['replayDeadLetter', { id: jobLetterId }],
  ];
  beforeAll(async () => {
    await service.database.pool.query(
      `insert into schedules (id, name, queue, job, cron, timezone, catch_up)
      values ('foreign', 'x', 'later', 'x', '@daily', 'UTC', 'none')`,
    );
    await service.queues.get('event-ingest')!.add('events', { v: 1, count: 1, events: '[]' }, { jobId: 'some-events' });
  });

  it.each([...conflicts, ['removeJob', { name: 'event-ingest', id: 'some-events' }] as const])(
    '%s %j',
    async (id, values, body) => {
      const response = await sendTo(operationOf(id), values).send(body as object | undefined);
      expectRefusal(operationOf(id), response, 409);
    },
  );

  it('can be met in no other operation', () => {
    const described = ofApi.filter(([, { responses }]) => '409' in responses).map(([id]) => id);
    expect(described.sort()).toEqual([...conflicts.map(([id]) => id), 'removeJob'].sort());
  });
});

it('a client with too many requests is told when to try again, wherever the document says so', async () => {
  const limited = await openDocumentedApp({ RATE_LIMIT_REQUESTS: 1 });
  await request(limited.app).get('/admin/login').expect(200);
  for (const operation of operations.filter(({ responses }) => '429' in responses)) {
    const response = await request(limited.app)[operation.method](addressOf(operation, idFor(operation)));
    expectRefusal(operation, response, 429);
    expect(Number(response.headers['retry-after'])).toBeGreaterThan(0);
  }
  for (const path of ['/health', '/openapi.json', '/docs']) await request(limited.app).get(path).expect(200);
  await limited.close();
});
