import { buildServiceApp } from '@millrace/shared/platform/http';
import { createTelemetry } from '@millrace/shared/platform/telemetry';
import { addPartition } from '@millrace/shared/testing/add-partition';
import { createTestDatabase, silent, type TestDatabase } from '@millrace/shared/testing/database';
import type { Express } from 'express';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGate } from '../src/reading/gate.js';
import { funnelRoute } from '../src/routes/funnel-route.js';
import { type StoredEvent, storeEvents } from './random-events.js';

let database: TestDatabase;
let app: Express;

const build = (maxConcurrent: number) =>
  buildServiceApp({ logger: silent, telemetry: createTelemetry(), health: {}, isClosing: () => false }, (routes) => {
    const gate = createGate({ maxConcurrent, maxWaiting: 0, maxWaitMs: 1_000, heavyEvents: 0 });
    const clock = () => new Date('2025-11-15T12:00:00Z');
    routes.post('/api/v1/funnel', funnelRoute({ pool: database.pool, gate, clock }));
  });

const event = (user_id: string | null, time: string, event_type: string, path = '/'): StoredEvent => ({
  timestamp: new Date(`2025-11-14T${time}Z`),
  event_type,
  path,
  user_id,
  profile_id: null,
  referrer: null,
  properties: null,
});

beforeAll(async () => {
  database = await createTestDatabase();
  await addPartition(database.pool, '2025-01-01', '2026-01-01');
  await storeEvents(database.pool, 'demo', [
    event('ada', '10:00:00', 'view', '/pricing'),
    event('ada', '10:05:00', 'signup'),
    event('ada', '10:50:00', 'payment'),
    event('bob', '10:00:00', 'view', '/pricing'),
    event('bob', '10:29:00', 'signup'),
    event('bob', '10:30:00', 'payment'),
    event('eve', '10:00:00', 'view', '/pricing'),
    event('joe', '10:00:00', 'signup'),
    event(null, '10:00:00', 'view', '/pricing'),
    event(null, '10:01:00', 'signup'),
  ]);
  app = build(10);
});
afterAll(() => database.drop());

const steps = [
  { name: 'Prices seen', filters: [['is', 'path', ['/pricing']]] },
  { filters: [['is', 'event_type', ['signup']]] },
  { name: 'Paid', filters: [['is', 'event_type', ['payment']]] },
];
const funnel = { site_id: 'demo', date_range: ['2025-11-14', '2025-11-14'], steps };
const ask = (body: object, of = app) => request(of).post('/api/v1/funnel').send(body);

it('returns users, drop-off and conversion of each step', async () => {
  const { body } = await ask({ ...funnel, window: '30m' }).expect(200);
  expect(body.steps).toMatchObject([
    { name: 'Prices seen', users: 3, dropoff: 0, dropoff_percent: 0, conversion_percent: 100 },
    { name: 'Step 2', users: 2, dropoff: 1, dropoff_percent: 33.33, conversion_percent: 66.67 },
    { name: 'Paid', users: 1, dropoff: 1, dropoff_percent: 50, conversion_percent: 33.33 },
  ]);
  expect(body.meta).toEqual({ source: 'raw', site_known: false, elapsed_ms: expect.any(Number) });
  expect(body.query).toMatchObject({ site_id: 'demo', window: '30m' });
});

it('allows users seven days by default', async () => {
  const { body } = await ask(funnel).expect(200);
  expect(body.steps.map(({ users }: { users: number }) => users)).toEqual([3, 2, 2]);
  expect(body.query.window).toBe('7d');
});

it('only counts events that match the common filters', async () => {
  const filters = [['is_not', 'event_type', ['payment']]];
  const { body } = await ask({ ...funnel, filters }).expect(200);
  expect(body.steps.map(({ users }: { users: number }) => users)).toEqual([3, 2, 0]);
});

it('has null percentages if there were no users', async () => {
  const { body } = await ask({ ...funnel, site_id: 'unknown' }).expect(200);
  const noUsers = { users: 0, dropoff: 0, dropoff_percent: null, conversion_percent: null };
  expect(body.steps).toMatchObject([
    { name: 'Prices seen', ...noUsers },
    { name: 'Step 2', ...noUsers },
    { name: 'Paid', ...noUsers },
  ]);
});

describe('refusals', () => {
  it.each([
    ['no site', { site_id: undefined }, 'site_id'],
    ['no range', { date_range: undefined }, 'date_range'],
    ['one step', { steps: steps.slice(0, 1) }, 'steps'],
    ['nine steps', { steps: Array(9).fill(steps[0]) }, 'steps'],
    ['steps that are not a list', { steps: 'view' }, 'steps'],
    ['a step without filters', { steps: [{ name: 'a' }, { name: 'b' }] }, 'steps'],
    ['a step with an unknown dimension', { steps: [steps[0], { filters: [['is', 'visitor', ['a']]] }] }, 'steps'],
    ['a step with a broken pattern', { steps: [steps[0], { filters: [['matches', 'path', ['(']]] }] }, 'steps'],
    ['a filter with a broken pattern', { filters: [['matches', 'path', ['a{2,1}']]] }, 'filters'],
    ['a name that is too long', { steps: [{ ...steps[0], name: 'x'.repeat(101) }, steps[1]] }, 'steps'],
    ['a window of length 0', { window: '0d' }, 'window'],
    ['a window with an unknown unit', { window: '2w' }, 'window'],
    ['a window of more than 90 days', { window: '91d' }, 'window'],
    ['an unknown time zone', { timezone: 'Mars/Olympus' }, 'timezone'],
    ['an unknown field', { limit: 3 }, 'limit'],
    ['a field called __proto__', JSON.parse('{"__proto__":{}}'), '__proto__'],
  ])('answers %s with 400 and the field', async (_name, change, field) => {
    // Spreading the change over the funnel would lose a field called __proto__.
    const { body } = await ask(Object.defineProperties({ ...funnel }, Object.getOwnPropertyDescriptors(change))).expect(
      400,
    );
    expect(body.error.code).toBe('invalid_request');
    expect(body.error.details.field.split(/[.[]/)[0]).toBe(field);
  });
  it('a body that is not JSON, has another content type or is too long', async () => {
    const post = (type: string, body: string) =>
      request(app).post('/api/v1/funnel').set('content-type', type).send(body);
    expect((await post('application/json', '{').expect(400)).body.error.code).toBe('malformed_json');
    expect((await post('application/json', '5').expect(400)).body.error.code).toBe('invalid_request');
    expect((await post('text/plain', '{}').expect(415)).body.error.code).toBe('unsupported_media_type');
    const long = JSON.stringify({ ...funnel, padding: 'x'.repeat(110_000) });
    expect((await post('application/json', long).expect(413)).body.error.message).toContain('100 KB');
  });
  it('more funnels than can run at once', async () => {
    const { body, headers } = await ask(funnel, build(0)).expect(429);
    expect(body.error.code).toBe('too_many_queries');
    expect(headers['retry-after']).toBe('1');
  });
});

it('treats text that looks like SQL as text', async () => {
  const text = "'; drop table events; --";
  const hostile = [{ name: text, filters: [['is', `property:${text}`, [text]]] }, steps[0]];
  const { body } = await ask({ ...funnel, steps: hostile }).expect(200);
  expect(body.steps[0]).toMatchObject({ name: text, users: 0 });
  const { rows } = await database.pool.query('select count(*)::int as events from events');
  expect(rows).toEqual([{ events: 10 }]);
});
