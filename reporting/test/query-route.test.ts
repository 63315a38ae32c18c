/** `POST` and `GET /api/v1/query` against a real database. */

import type { AddressInfo } from 'node:net';
import { buildServiceApp } from '@millrace/shared/platform/http';
import { createTelemetry } from '@millrace/shared/platform/telemetry';
import { addPartition } from '@millrace/shared/testing/add-partition';
import { createTestDatabase, silent, type TestDatabase } from '@millrace/shared/testing/database';
import type { Express } from 'express';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGate, type GateLimits } from '../src/reading/gate.js';
import { queryRoute } from '../src/routes/query-route.js';
import { type StoredEvent, storeEvents } from './random-events.js';

let database: TestDatabase;
let app: Express;
const now = new Date('2025-11-15T12:00:00Z');

const build = (limits: Partial<GateLimits> = {}) =>
  buildServiceApp({ logger: silent, telemetry: createTelemetry(), health: {}, isClosing: () => false }, (routes) => {
    const gate = createGate({ maxConcurrent: 2, maxWaiting: 10, maxWaitMs: 1_000, heavyEvents: 0, ...limits });
    routes.all('/api/v1/query', queryRoute({ pool: database.pool, gate, clock: () => now }));
  });

const event = (
  timestamp: string,
  event_type: string,
  path: string,
  user_id: string | null,
  plan?: string,
): StoredEvent => ({
  timestamp: new Date(timestamp),
  event_type,
  path,
  user_id,
  profile_id: null,
  referrer: null,
  properties: plan === undefined ? null : { plan },
});

beforeAll(async () => {
  database = await createTestDatabase();
  await addPartition(database.pool, '2025-01-01', '2026-01-01');
  await storeEvents(database.pool, 'demo', [
    event('2025-11-13T23:30:00Z', 'view', '/', 'ada', 'pro'),
    event('2025-11-14T10:00:00Z', 'view', '/', 'ada', 'pro'),
    event('2025-11-14T11:00:00Z', 'view', '/a', 'bob', 'free'),
    event('2025-11-14T12:00:00Z', 'click', '/a', 'ada'),
    event('2025-11-14T22:59:59Z', 'view', '/a', null),
  ]);
  await database.pool.query(`insert into sites (site_id, timezone) values ('demo', 'Europe/Berlin')`);
  await database.pool.query(
    `insert into site_rollups (site_id, timezone, detail_since) values ('rolled', 'UTC', '2000-01-01Z')`,
  );
  app = build();
});
afterAll(() => database.drop());

const ask = (body: object, of = app) => request(of).post('/api/v1/query').send(body);
const base = { site_id: 'demo', metrics: ['events', 'views', 'visitors'], date_range: ['2025-11-14', '2025-11-14'] };

it('refuses a body that is not UTF-8, whose texts would be changed', async () => {
  const [before, after] = JSON.stringify({ ...base, filters: [['is', 'path', ['/ü']]] }).split('ü') as [string, string];
  const bytes = Buffer.concat([Buffer.from(before), Buffer.from([0xfc]), Buffer.from(after)]);
  const server = app.listen(0);
  const { port } = server.address() as AddressInfo;
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`http://127.0.0.1:${port}/api/v1/query`, { method: 'POST', headers, body: bytes });
  server.close();
  expect(answer.status).toBe(400);
  const error = { code: 'malformed_encoding', message: 'The body is not valid UTF-8.' };
  expect(await answer.json()).toMatchObject({ error });
});

it('counts visits of many events without a segment within the time limit', async () => {
  await database.pool.query(`insert into events (site_id, timestamp, event_id, event_type, path, user_id, session_id)
    select 'busy', timestamptz '2025-11-14Z' + make_interval(secs => n), gen_random_uuid(), 'view', '/', 'user-' || n % 9000, 's'
    from generate_series(1, 40000) n`);
  const filters = [['is_not', 'session_id', ['other']]];
  const { body } = await ask({ ...base, site_id: 'busy', metrics: ['visits'], filters }).expect(200);
  expect(body.results[0].metrics).toEqual([40_000]);
});

describe('an answer', () => {
  it('has results, their source, and the query with every default', async () => {
    const { body } = await ask(base).expect(200);
    expect(body).toEqual({
      results: [{ dimensions: [], metrics: [5, 4, 2] }],
      meta: { source: 'raw', site_known: true, elapsed_ms: expect.any(Number) },
      query: {
        site_id: 'demo',
        metrics: ['events', 'views', 'visitors'],
        date_range: ['2025-11-13T23:00:00.000Z', '2025-11-14T23:00:00.000Z'],
        timezone: 'Europe/Berlin',
        dimensions: [],
        filters: [],
        order_by: expect.any(Array),
        include: { total_rows: false, time_labels: false },
        pagination: { limit: 10_000, offset: 0 },
      },
    });
  });
  it('divides the views of known users by the number of those who viewed', async () => {
    const days = { ...base, date_range: ['2025-11-13', '2025-11-14'], metrics: ['views_per_visitor'] };
    // Ada viewed twice, Bob once; the view without a user does not count at all.
    expect((await ask(days).expect(200)).body.results).toEqual([{ dimensions: [], metrics: [1.5] }]);
    const { body } = await ask({ ...days, dimensions: ['event_type'] }).expect(200);
    expect(body.results).toEqual([
      { dimensions: ['view'], metrics: [1.5] },
      { dimensions: ['click'], metrics: [null] },
    ]);
    const none = await ask({ ...days, filters: ['is_not_set', 'user_id'] }).expect(200);
    expect(none.body.results).toEqual([{ dimensions: [], metrics: [null] }]);
  });
  it('uses the requested time zone', async () => {
    const { body } = await ask({ ...base, timezone: 'UTC' }).expect(200);
    expect(body.results).toEqual([{ dimensions: [], metrics: [4, 3, 2] }]);
  });
  it('returns the total number of rows, also beyond the page', async () => {
    const { body } = await ask({
      ...base,
      dimensions: ['path'],
      include: { total_rows: true },
      pagination: { limit: 1, offset: 1 },
    }).expect(200);
    expect(body.results).toEqual([{ dimensions: ['/'], metrics: [2, 2, 1] }]);
    expect(body.meta.total_rows).toBe(2);
  });
  it('has the labels of all buckets on request', async () => {
    const { body } = await ask({
      ...base,
      date_range: ['2025-11-12', '2025-11-15'],
      dimensions: ['time:day'],
      include: { time_labels: true },
      pagination: { limit: 2, offset: 1 },
    }).expect(200);
    expect(body.meta.time_labels).toEqual(['2025-11-12', '2025-11-13', '2025-11-14', '2025-11-15']);
    expect(body.results).toEqual([
      { dimensions: ['2025-11-13'], metrics: [0, 0, 0] },
      { dimensions: ['2025-11-14'], metrics: [5, 4, 2] },
    ]);
  });
  it('is compared with the previous period, row by row', async () => {
    const { body } = await ask({
      ...base,
      timezone: 'UTC',
      dimensions: ['path'],
      metrics: ['events', 'visitors'],
      include: { comparison: 'previous_period' },
    }).expect(200);
    expect(body.results).toEqual([
      {
        dimensions: ['/a'],
        metrics: [3, 2],
        comparison: { dimensions: ['/a'], metrics: [0, 0], change: [null, null] },
      },
      { dimensions: ['/'], metrics: [1, 1], comparison: { dimensions: ['/'], metrics: [1, 1], change: [0, 0] } },
    ]);
    expect(body.query.comparison_date_range).toEqual(['2025-11-13T00:00:00.000Z', '2025-11-14T00:00:00.000Z']);
  });
  it('covers all time from the first event on', async () => {
    const { body } = await ask({ ...base, date_range: 'all', dimensions: ['time:day'] }).expect(200);
    expect(body.results.map((row: { dimensions: string[] }) => row.dimensions[0])).toEqual([
      '2025-11-14',
      '2025-11-15',
    ]);
  });
  it('says when it comes from rollups', async () => {
    const { body } = await ask({ ...base, site_id: 'rolled' }).expect(200);
    expect(body.meta.source).toBe('rollup');
    expect(body.results).toEqual([{ dimensions: [], metrics: [0, 0, 0] }]);
  });
});

describe('GET', () => {
  const get = (parameters: Record<string, string>) => request(app).get('/api/v1/query').query(parameters);
  it('returns the same as POST, with parameters of the same names', async () => {
    const filters = JSON.stringify([['is', 'property:plan', ['pro', 'free']]]);
    const parameters = { site_id: 'demo', metrics: 'events,visitors', date_range: '2025-11-14,2025-11-14', filters };
    const { body } = await get({ ...parameters, dimensions: 'property:plan' }).expect(200);
    expect(body.results).toEqual([
      { dimensions: ['pro'], metrics: [2, 1] },
      { dimensions: ['free'], metrics: [1, 1] },
    ]);
  });
  it('refuses unknown parameters', async () => {
    const { body } = await get({ site_id: 'demo', metric: 'events' }).expect(400);
    expect(body.error).toMatchObject({ code: 'invalid_request', details: { field: 'metric' } });
  });
});

describe('refusals', () => {
  it('name the field', async () => {
    const { body } = await ask({ ...base, metrics: ['exit_rate'] }).expect(400);
    expect(body.error).toMatchObject({ code: 'invalid_request', details: { field: 'metrics' } });
  });
  it('name a pattern that is not a valid regular expression', async () => {
    const { body } = await ask({ ...base, filters: [['matches', 'path', ['^/', 'a(']]] }).expect(400);
    expect(body.error).toEqual({
      code: 'invalid_request',
      message: '"a(" is not a valid regular expression: parentheses () not balanced',
      details: { field: 'filters' },
    });
  });
  it.each([
    ['application/json', '{"site_id":', 400, 'malformed_json'],
    ['application/json', '', 400, 'invalid_request'],
    ['application/json', 'null', 400, 'invalid_request'],
    ['application/json', '[]', 400, 'invalid_request'],
    ['application/json; charset=latin1', '{}', 415, 'unsupported_media_type'],
    ['text/plain', '{}', 415, 'unsupported_media_type'],
    ['application/json', JSON.stringify('x'.repeat(110_000)), 413, 'payload_too_large'],
  ])('of a body with content type %s: %.20s', async (type, text, status, code) => {
    const { body } = await request(app).post('/api/v1/query').set('content-type', type).send(text).expect(status);
    expect(body.error.code).toBe(code);
  });
  it('of a body whose compression is broken or unknown', async () => {
    const post = (encoding: string) =>
      request(app).post('/api/v1/query').set({ 'content-type': 'application/json', 'content-encoding': encoding });
    expect((await post('gzip').send('{}').expect(400)).body.error.code).toBe('malformed_encoding');
    expect((await post('lzma').send('{}').expect(415)).body.error.code).toBe('unsupported_encoding');
  });
});

describe('long queries', () => {
  const heavy = { ...base, filters: [['is', 'property:plan', ['pro']]] };
  it('are refused when too many wait, while rollups still answer', async () => {
    const full = build({ maxConcurrent: 0, maxWaiting: 0 });
    const { body, headers } = await ask(heavy, full).expect(429);
    expect(body.error.code).toBe('too_many_queries');
    expect(headers['retry-after']).toBe('1');
    await ask(base, full).expect(429);
    await ask({ ...base, site_id: 'rolled' }, full).expect(200);
  });
  it('hold no connection while they wait', async () => {
    const busy = build({ maxConcurrent: 0, maxWaiting: 20, maxWaitMs: 1_500 });
    const ended: number[] = [];
    const note = ({ status }: { status: number }) => ended.push(status);
    // More than the pool has connections.
    const waiting = Array.from({ length: 12 }, () => ask(base, busy).then(note));
    await Promise.all([...waiting, ask({ ...base, site_id: 'rolled' }, busy).then(note)]);
    expect(ended).toEqual([200, ...Array(12).fill(429)]);
  });
  it('all get their turn when they arrive at once', async () => {
    const answers = await Promise.all(Array.from({ length: 12 }, () => ask(heavy).expect(200)));
    for (const { body } of answers) expect(body.results).toEqual([{ dimensions: [], metrics: [2, 2, 1] }]);
  });
});

it('treats text that looks like SQL as text, everywhere', async () => {
  const text = `'; drop table events; --"`;
  const { body } = await ask({
    ...base,
    metrics: [`event:${text}`, 'events'],
    dimensions: [`property:${text}`],
    filters: [
      [
        'or',
        [
          ['contains_not', 'path', [text]],
          ['is', `property:${text}`, [text]],
        ],
      ],
    ],
    order_by: [
      [`property:${text}`, 'desc'],
      [`event:${text}`, 'asc'],
    ],
  }).expect(200);
  expect(body.results).toEqual([{ dimensions: [null], metrics: [0, 5] }]);
  await ask({ ...base, site_id: text }).expect(400);
});
