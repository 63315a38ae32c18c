import type { Pool } from '@millrace/shared/platform/postgres';
import { createTelemetry } from '@millrace/shared/platform/telemetry';
import { addPartition } from '@millrace/shared/testing/add-partition';
import { createTestDatabase, silent, type TestDatabase } from '@millrace/shared/testing/database';
import type { Express } from 'express';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildApp } from '../src/app.js';
import { createGate } from '../src/reading/gate.js';
import { exportsOn } from './export-stack.js';

let database: TestDatabase;
let app: Express;

const appOn = (pool: Pool, more: { health?: Record<string, () => Promise<unknown>> } = {}) =>
  buildApp({
    logger: silent,
    telemetry: createTelemetry(),
    health: {},
    isClosing: () => false,
    pool,
    writePool: pool,
    exports: exportsOn(pool),
    gate: createGate({ maxConcurrent: 2, maxWaiting: 10, maxWaitMs: 1_000 }),
    ...more,
  });

beforeAll(async () => {
  database = await createTestDatabase();
  await addPartition(database.pool, '2025-01-01', '2026-01-01');
  const rows: [string, string, string, string, string | null][] = [
    ['demo', '2025-11-14T00:00:00Z', 'view', '/b', 'u1'],
    ['demo', '2025-11-14T10:00:00Z', 'view', '/a', 'u1'],
    ['demo', '2025-11-14T11:00:00Z', 'view', '/a', 'u2'],
    ['demo', '2025-11-14T12:00:00Z', 'view', '/c', null],
    ['demo', '2025-11-14T13:00:00Z', 'click', '/a', 'u3'],
    ['demo', '2025-11-14T23:59:59.999999Z', 'view', '/b', 'u2'],
    ['demo', '2025-11-15T00:00:00Z', 'view', '/late', 'u9'],
    ['other', '2025-11-14T10:00:00Z', 'view', '/other', 'u1'],
    ['berlin', '2025-10-25T22:00:00Z', 'view', '/first', 'u1'],
    ['berlin', '2025-10-26T22:59:59Z', 'view', '/last', 'u1'],
    ['berlin', '2025-10-26T23:00:00Z', 'view', '/next-day', 'u1'],
  ];
  for (const [index, [site, timestamp, type, path, user]] of rows.entries()) {
    await database.pool.query(
      'insert into events (site_id, timestamp, event_id, event_type, path, user_id) values ($1, $2, $3, $4, $5, $6)',
      [site, timestamp, `0190a5b0-7c3d-7000-8000-${String(index).padStart(12, '0')}`, type, path, user],
    );
  }
  await database.pool.query(`insert into sites (site_id, timezone) values ('berlin', 'Europe/Berlin')`);
  const health = { postgres: () => database.pool.query('select 1') };
  app = appOn(database.pool, { health });
});
afterAll(() => database.drop());

const stats = (query: string) => request(app).get(`/stats?${query}`);

it('counts the views of one day, users once, paths by views and then by name', async () => {
  const { body } = await stats('site_id=demo&date=2025-11-14').expect(200);
  expect(body).toEqual({
    site_id: 'demo',
    date: '2025-11-14',
    total_views: 5,
    unique_users: 2,
    top_paths: [
      { path: '/a', views: 2 },
      { path: '/b', views: 2 },
      { path: '/c', views: 1 },
    ],
  });
});

it('counts all time, with a null date', async () => {
  const { body } = await stats('site_id=demo&limit=1').expect(200);
  expect(body).toEqual({
    site_id: 'demo',
    date: null,
    total_views: 6,
    unique_users: 3,
    top_paths: [{ path: '/a', views: 2 }],
  });
});

it('returns zeros for an unknown site', async () => {
  const { body } = await stats('site_id=unknown&date=2025-11-14').expect(200);
  expect(body).toEqual({ site_id: 'unknown', date: '2025-11-14', total_views: 0, unique_users: 0, top_paths: [] });
});

it.each(['date=0000-01-01', 'date=0001-01-01&tz=Asia/Tokyo', 'date=9999-12-31', 'date=9999-12-31&tz=America/New_York'])(
  'returns zeros for a day without events: %s',
  async (day) => {
    const { body } = await stats(`site_id=demo&${day}`).expect(200);
    expect(body).toMatchObject({ total_views: 0, unique_users: 0, top_paths: [] });
  },
);

describe('a day', () => {
  const paths = async (query: string) => {
    const { body } = await stats(query).expect(200);
    return body.top_paths.map(({ path }: { path: string }) => path);
  };
  it("is a day in the site's time zone, 25 hours long in October", async () => {
    expect(await paths('site_id=berlin&date=2025-10-26')).toEqual(['/first', '/last']);
  });
  it('is a day in the requested time zone', async () => {
    expect(await paths('site_id=berlin&date=2025-10-26&tz=UTC')).toEqual(['/last', '/next-day']);
    expect(await paths('site_id=demo&date=2025-11-15&tz=Asia/Kathmandu')).toEqual(['/b', '/late']);
  });
});

describe('refusals', () => {
  it.each([
    ['', 'site_id'],
    ['site_id=', 'site_id'],
    ['site_id=a%20b', 'site_id'],
    ['site_id=a&site_id=b', 'site_id'],
    ['site_id=demo&date=2025-11-31', 'date'],
    ['site_id=demo&date=yesterday', 'date'],
    ['site_id=demo&date=2025-11-14&tz=Mars/Olympus', 'tz'],
    ['site_id=demo&date=2025-11-14&tz=%00', 'tz'],
    ['site_id=demo&limit=0', 'limit'],
    ['site_id=demo&limit=1001', 'limit'],
    ['site_id=demo&limit=1.5', 'limit'],
    ['site_id=demo&day=2025-11-14', 'day'],
  ])('answers %s with 400 and names %s', async (query, field) => {
    const { body } = await stats(query).expect(400);
    expect(body.error).toMatchObject({ code: 'invalid_request', details: { field } });
    expect(body.error.message).toContain(field);
  });
  it('list the parameters if one is unknown', async () => {
    const { body } = await stats('site_id=demo&timezone=UTC').expect(400);
    expect(body.error.message).toBe('timezone is not a parameter of /stats, which takes site_id, date, tz and limit');
  });
  it('does not reveal statements, stacks and hosts', async () => {
    const broken = { query: () => Promise.reject(new Error('secret at /srv/millrace/x.js')) } as unknown as Pool;
    const failing = appOn(broken);
    const { body } = await request(failing).get('/stats?site_id=demo').expect(500);
    expect(body).toEqual({
      error: {
        code: 'internal_error',
        message: 'Internal error. The log of the service has the details.',
      },
    });
  });
});

it('answers 503 rather than 500 when the database is unreachable', async () => {
  const gone = await createTestDatabase();
  const lost = appOn(gone.pool);
  await gone.pool.query('select 1');
  await database.pool.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [
    new URL(gone.url).pathname.slice(1),
  ]);
  await database.pool.query(`drop database ${new URL(gone.url).pathname.slice(1)} with (force)`);
  const { body, headers } = await request(lost).get('/stats?site_id=demo').expect(503);
  expect(body.error.code).toBe('database_unavailable');
  expect(headers['retry-after']).toBe('1');
});
