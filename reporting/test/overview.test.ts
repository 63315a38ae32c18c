/** `GET /api/v1/overview` returns the same figures for each site as `POST /api/v1/query`, in its own time zone. */
import { createKeyRing } from '@millrace/shared/access/key-ring';
import { createKey } from '@millrace/shared/access/keys';
import { addPartition } from '@millrace/shared/testing/add-partition';
import { createTestDatabase, silent, type TestDatabase, testQueue } from '@millrace/shared/testing/database';
import type { Express } from 'express';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGate } from '../src/reading/gate.js';
import { createCachedApp } from './cache/cached-apps.js';
import { writeEvents } from './cache/write-events.js';
import { buildDocumentedApp, createJudge } from './documented-app.js';
import { type StoredEvent, storeEvents } from './random-events.js';

let database: TestDatabase;
let app: Express;
const judge = createJudge();
/** One o'clock on the 17th in Auckland, four o'clock on the 16th in Los Angeles. */
const now = new Date('2025-11-16T12:00:30Z');
const clock = () => now;

const seen = (user_id: string | null, timestamp: string, event_type = 'view') =>
  ({
    ...{ timestamp: new Date(timestamp), event_type, path: '/', user_id },
    ...{ profile_id: null, referrer: null, properties: null },
  }) as StoredEvent;

beforeAll(async () => {
  database = await createTestDatabase();
  await addPartition(database.pool, '2025-01-01', '2026-01-01');
  await database.pool.query(`insert into sites (site_id, name, timezone) values
    ('la', 'Coast', 'America/Los_Angeles'), ('nz', null, 'Pacific/Auckland'), ('quiet', null, 'UTC')`);
  const events = [
    seen('ada', '2025-11-16T12:00:29Z'),
    seen('ada', '2025-11-16T11:58:00Z', 'click'),
    seen('bob', '2025-11-16T11:55:30Z', 'engagement'),
    seen('cyd', '2025-11-16T11:55:29Z'),
    seen(null, '2025-11-16T12:00:00Z'),
    seen('dan', '2025-11-16T12:00:30Z'),
    // Still the 16th in Auckland, and in Los Angeles; and the 15th in both.
    seen('eve', '2025-11-16T10:30:00Z'),
    seen('ada', '2025-11-15T09:00:00Z'),
    // In the seven days before.
    seen('ada', '2025-11-08T12:00:00Z'),
    seen('bob', '2025-11-07T12:00:00Z'),
    seen('eve', '2025-11-06T12:00:00Z'),
    seen('fay', '2025-11-05T12:00:00Z'),
  ];
  await storeEvents(database.pool, 'la', events);
  await storeEvents(database.pool, 'nz', events);
  app = buildDocumentedApp(database.pool, { clock }).app;
});
afterAll(() => database.drop());

interface Site {
  site_id: string;
  visitors: number;
  visitors_now: number;
  change: number | null;
  interval: string;
  series: number[];
}
const overview = async (query: object = {}, of = app) => {
  const { body } = await request(of).get('/api/v1/overview').query(query).expect(200);
  expect(judge('Overview', body)).toBeUndefined();
  return body as { sites: Site[]; total: number };
};

it('lists each site by id with its current visitors, those of the last seven days, their change and series', async () => {
  expect(await overview()).toEqual({
    sites: [
      {
        ...{ site_id: 'la', name: 'Coast', timezone: 'America/Los_Angeles', visitors_now: 2 },
        ...{ visitors: 5, change: 25, interval: 'day', series: [0, 0, 0, 0, 0, 1, 5] },
      },
      {
        ...{ site_id: 'nz', name: null, timezone: 'Pacific/Auckland', visitors_now: 2 },
        ...{ visitors: 5, change: 25, interval: 'day', series: [0, 0, 0, 0, 1, 1, 4] },
      },
      {
        ...{ site_id: 'quiet', name: null, timezone: 'UTC', visitors_now: 0 },
        ...{ visitors: 0, change: 0, interval: 'day', series: [0, 0, 0, 0, 0, 0, 0] },
      },
    ],
    total: 3,
  });
});

describe('a range', () => {
  it.each([
    ['day', 'hour', 24],
    ['2025-11-02,2025-11-02', 'hour', 25],
    ['24h', 'hour', 25],
    ['2025-11-14,2025-11-15', 'day', 2],
    ['30d', 'day', 30],
    ['2024-01-01,2024-12-31', 'day', 366],
    ['["2023-01-01","2024-12-31"]', 'month', 24],
    ['12mo', 'day', 351],
    ['all', 'day', 12],
  ])('%s has a number per %s', async (dateRange, interval, length) => {
    const [site] = (await overview({ date_range: dateRange, limit: 1 })).sites;
    expect([site!.interval, site!.series.length]).toEqual([interval, length]);
  });

  it.each(['day', '24h', '7d', 'week', 'last_month', 'all', '2025-11-01,2025-11-16'])(
    '%s returns the same as the query route',
    async (dateRange) => {
      for (const { site_id, visitors, change, interval, series } of (await overview({ date_range: dateRange })).sites) {
        const ask = async (more: object) => {
          const range = dateRange.includes(',') ? dateRange.split(',') : dateRange;
          const sent = { site_id, metrics: ['visitors'], date_range: range, ...more };
          return (await request(app).post('/api/v1/query').send(sent).expect(200)).body.results;
        };
        const [whole] = await ask({ include: { comparison: 'previous_period' } });
        expect([visitors, change]).toEqual([whole.metrics[0], whole.comparison.change[0]]);
        const rows = await ask({ dimensions: [`time:${interval}`] });
        expect(series).toEqual(rows.map(({ metrics }: { metrics: number[] }) => metrics[0]));
      }
    },
  );
});

it('is paged, with the total number of sites', async () => {
  const page = await overview({ limit: 1, offset: 1 });
  expect([page.sites.map(({ site_id }) => site_id), page.total]).toEqual([['nz'], 3]);
});

it.each([
  ['date_range', 'ever'],
  ['date_range', ''],
  ['date_range', '2025-11-02,2025-11-01'],
  ['date_range', '[1'],
  ['limit', '101'],
  ['offset', '-1'],
  ['site_id', 'la'],
])('refuses %s=%s', async (name, value) => {
  const { body } = await request(app)
    .get('/api/v1/overview')
    .query({ [name]: value })
    .expect(400);
  expect(body.error).toMatchObject({ code: 'invalid_request', details: { field: name } });
});

it('shows only its site to a key that is limited to one', async () => {
  const keys = createKeyRing(database.pool, silent);
  const limited = buildDocumentedApp(database.pool, { keys, clock }).app;
  const { key } = await createKey(database.pool, { name: 'nz', scopes: ['read'], siteId: 'nz' });
  const sent = request(limited).get('/api/v1/overview').set('authorization', `Bearer ${key}`);
  const { sites, total } = (await sent.expect(200)).body as { sites: Site[]; total: number };
  expect([sites.map(({ site_id }) => site_id), total]).toEqual([['nz'], 1]);
  await request(limited).get('/api/v1/overview').expect(401);
  await keys.close();
});

it('does not wait while all slots for heavy reads are taken, since it is light', async () => {
  const gate = createGate({ maxConcurrent: 1, maxWaiting: 0, maxWaitMs: 10 });
  let release = () => {};
  const holding = gate(() => new Promise<void>((resolve) => (release = resolve)));
  const busy = buildDocumentedApp(database.pool, { clock, gate }).app;
  expect((await overview({}, busy)).total).toBe(3);
  release();
  await holding;
});

it('recounts a site when its events have changed, and current visitors always', async () => {
  let later = now;
  const cached = createCachedApp(database.url, testQueue('postgres', database), { clock: () => later });
  const before = await overview({}, cached.app);
  expect(before).toEqual(await overview());
  expect(await overview({}, cached.app)).toEqual(before);
  expect(cached.cache.stats()).toMatchObject({ computations: 3, hits: 3 });
  await writeEvents(cached.pool, 'quiet', ['2025-11-16T12:00:31Z'], { user_id: 'gus' });
  later = new Date('2025-11-16T12:00:45Z');
  const after = await overview({}, cached.app);
  expect(after.sites[2]).toMatchObject({ visitors_now: 1, visitors: 1, change: null, series: [0, 0, 0, 0, 0, 0, 1] });
  // dan has arrived, and bob has left.
  expect(after.sites.map(({ visitors_now }) => visitors_now)).toEqual([2, 2, 1]);
  expect(cached.cache.stats()).toMatchObject({ computations: 4, hits: 5 });
  await cached.close();
});
