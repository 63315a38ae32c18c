/** Every route admits reads by their cost, cancels the query of a client that disconnects, and requires a key. */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createKeyRing } from '@millrace/shared/access/key-ring';
import { createTelemetry } from '@millrace/shared/platform/telemetry';
import { routesOf } from '@millrace/shared/testing/app-routes';
import { createTestDatabase, silent, type TestDatabase } from '@millrace/shared/testing/database';
import { eventually } from '@millrace/shared/testing/eventually';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildApp, type ReportingApp } from '../src/app.js';
import { admitRead } from '../src/reading/admit-read.js';
import { createGate, type GateLimits } from '../src/reading/gate.js';
import { exportsOn } from './export-stack.js';
import { randomEvents, storeEvents } from './random-events.js';
import { storeRollups } from './stored-rollups.js';

let database: TestDatabase;
const from = new Date('2025-11-01T00:00:00Z');
const dayMs = 86_400_000;

beforeAll(async () => {
  database = await createTestDatabase();
  await database.pool.query(
    `create table events_2025 partition of events for values from ('2025-01-01Z') to ('2026-01-01Z')`,
  );
  await database.pool.query(`insert into sites (site_id) values ('large'), ('small'), ('rolled')`);
  await storeEvents(database.pool, 'large', randomEvents(1, 400, from, 10 * dayMs));
  await storeEvents(database.pool, 'small', randomEvents(2, 20, from, 10 * dayMs));
  const rolled = randomEvents(3, 400, from, 10 * dayMs);
  await storeEvents(database.pool, 'rolled', rolled);
  const options = { siteId: 'rolled', timezone: 'UTC', daysBefore: '2025-11-20' };
  await storeRollups(database.pool, rolled, options);
});
afterAll(() => database.drop());

function build(limits: Partial<GateLimits>, more: Partial<ReportingApp> = {}) {
  const gate = createGate({ maxConcurrent: 2, maxWaiting: 10, maxWaitMs: 1_000, ...limits });
  const service = { logger: silent, telemetry: createTelemetry(), health: {}, isClosing: () => false };
  const clock = () => new Date('2025-11-12T12:00:00Z');
  return buildApp({
    ...service,
    pool: database.pool,
    writePool: database.pool,
    gate,
    exports: exportsOn(database.pool),
    clock,
    ...more,
  });
}

const range = ['2025-11-01', '2025-11-11'];
const step = { filters: ['is', 'event_type', ['view']] };
/** A request for each route that reads, as `[method, address, body]`. */
const reads = (site_id: string): [string, string, object?][] => [
  ['post', '/api/v1/query', { site_id, metrics: ['views'], date_range: range, dimensions: ['path'] }],
  ['get', `/api/v1/query?site_id=${site_id}&metrics=visitors&date_range=${range}`],
  ['post', '/api/v1/funnel', { site_id, date_range: range, steps: [step, step] }],
  ['get', `/api/v1/retention?site_id=${site_id}&period=week&date_range=${range}`],
  ['post', '/api/v1/retention', { site_id, date_range: range, period: 'week' }],
  ['post', '/api/v1/journeys', { site_id, date_range: range }],
  ['get', `/stats?site_id=${site_id}`],
  ['get', `/api/v1/sites/${site_id}`],
];

async function statuses(app: ReturnType<typeof build>, siteId: string): Promise<number[]> {
  const found: number[] = [];
  for (const [method, address, body] of reads(siteId)) {
    const asked = method === 'post' ? request(app).post(address).send(body) : request(app).get(address);
    found.push((await asked).status);
  }
  return found;
}

describe('a full gate', () => {
  // A read that needs a slot never gets one.
  const full = () => build({ maxConcurrent: 0, maxWaiting: 0, heavyEvents: 350 });

  it('refuses heavy reads on every route', async () => {
    expect(await statuses(full(), 'large')).toEqual([429, 429, 429, 429, 429, 429, 429, 429]);
    await request(full()).get('/api/v1/sites').expect(429);
  });
  it('admits light reads on every route', async () => {
    expect(await statuses(full(), 'small')).toEqual([200, 200, 200, 200, 200, 200, 200, 200]);
  });
  it('admits a query that rollups answer, and refuses paths and a funnel over the same events', async () => {
    expect(await statuses(full(), 'rolled')).toEqual([429, 200, 429, 200, 429, 429, 429, 200]);
  });
  it('counts the extra day on either side that a funnel of visits reads', async () => {
    const app = build({ maxConcurrent: 0, maxWaiting: 0, heavyEvents: 80 });
    const funnel = { site_id: 'large', date_range: ['2025-11-05', '2025-11-05'], steps: [step, step] };
    await request(app).post('/api/v1/funnel').send(funnel).expect(200);
    await request(app)
      .post('/api/v1/funnel')
      .send({ ...funnel, by: 'visit' })
      .expect(429);
  });
  it('counts rollup rows as well', async () => {
    const app = build({ maxConcurrent: 0, maxWaiting: 0, heavyEvents: 2 });
    const [, totals] = await statuses(app, 'rolled');
    expect(totals).toBe(429);
  });
});

it('estimates the cost of a read only while all slots are taken', async () => {
  const gate = createGate({ maxConcurrent: 1, maxWaiting: 0, maxWaitMs: 1_000, heavyEvents: 350 });
  const budget = { signal: new AbortController().signal, remainingMs: () => 10_000 };
  const read = (events: number) =>
    admitRead({ pool: database.pool, gate }, budget, async (_client, { admit }) => {
      admit?.({ isRaw: true, events, rows: 0 });
      return admit ? 'counted' : 'read at once';
    });
  let leave = () => {};
  const taken = gate(() => new Promise<void>((resolve) => (leave = resolve)));
  expect(await read(350)).toBe('counted');
  await expect(read(351)).rejects.toMatchObject({ code: 'too_many_queries' });
  leave();
  await taken;
  expect(await read(351)).toBe('read at once');
});

/** Statements of reporting that are running or waiting. */
async function running(): Promise<number> {
  const { rows } = await database.pool.query<{ running: number }>(
    `select count(*)::int as running from pg_stat_activity
    where datname = current_database() and state = 'active' and query like '/* reporting.%'`,
  );
  return rows[0]!.running;
}

describe('a client that disconnects', () => {
  it.each(reads('large').map(([method, address, body]) => ({ method, address, body })))(
    'takes its query along: $method $address',
    async ({ method, address, body }) => {
      const app = build({});
      const server = await new Promise<Server>((resolve) => {
        const listening: Server = app.listen(0, '127.0.0.1', () => resolve(listening));
      });
      const { port } = server.address() as AddressInfo;
      const holder = await database.pool.connect();
      const leaving = new AbortController();
      try {
        await holder.query('begin; lock table events in access exclusive mode');
        const asked = fetch(`http://127.0.0.1:${port}${address}`, {
          method,
          signal: leaving.signal,
          ...(body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
        });
        await eventually(async () => (await running()) > 0, 'the query waits for the table');
        leaving.abort();
        await expect(asked).rejects.toThrow();
        await eventually(
          async () => (await running()) === 0,
          'the query is cancelled, though the table is still locked',
        );
      } finally {
        await holder.query('rollback');
        holder.release();
        server.closeAllConnections();
        server.close();
      }
    },
  );
});

it('every route needs a key, except those that are declared open', async () => {
  const keys = createKeyRing(database.pool, silent);
  const app = build({}, { keys });
  const open = /^GET \/(health(\/live|\/ready)?|metrics|docs(\/.*)?|openapi\.json|api\/v1\/definitions)?$/;
  // Opened by the signature in a mail link, and refused with 403 without it.
  const signed = /^(GET|POST) \/api\/v1\/report-templates\/\{id\}\/unsubscribe\/\{recipient\}$/;
  // Only accepted from pages of the service, and for existing links.
  const own: Record<string, number> = {
    'POST /api/v1/session': 403,
    'DELETE /api/v1/session': 403,
    'GET /share/{slug}/api/v1/session': 404,
    'POST /share/{slug}/api/v1/session': 415,
  };
  const routes = routesOf(app);
  expect(routes).toContain('GET /api/v1/sites/{site_id}');
  for (const route of [...routes, 'GET /api/v2/later', 'POST /anything', 'DELETE /api/v1/sites/x']) {
    const [method, path] = route.split(' ') as [string, string];
    const { status } = await request(app)[method.toLowerCase() as 'get'](path.replace(/\{\w+\}/, 'x'));
    if (signed.test(route)) expect(status, route).toBe(403);
    else if (own[route]) expect(status, route).toBe(own[route]);
    else expect(status === 401, `${route} answers ${status}`).toBe(!open.test(route));
  }
  await keys.close();
});
