import { addPartition } from '@millrace/shared/testing/add-partition';
import { createTestDatabase, type TestDatabase } from '@millrace/shared/testing/database';
import { eventually } from '@millrace/shared/testing/eventually';
import request from 'supertest';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { positionOf } from '../../src/cache/data-version.js';
import { type CachedApp, createCachedApp } from './cached-apps.js';
import { writeEvents } from './write-events.js';

let database: TestDatabase;
let app: CachedApp;
/** Statements that the service sends. */
let sent = 0;
beforeAll(async () => {
  database = await createTestDatabase();
  await addPartition(database.pool, '2026-05-01', '2026-07-01');
  app = createCachedApp(database.url, { kind: 'postgres', url: database.url, prefix: 'millrace' });
  app.pool.on('connect', (client) => {
    const send = client.query.bind(client) as (...parameters: unknown[]) => unknown;
    const counting = (...parameters: unknown[]) => {
      sent += 1;
      return send(...parameters);
    };
    Object.assign(client, { query: counting });
  });
});
afterAll(async () => {
  await app.close();
  await database.drop();
});
beforeEach(() => database.empty());

const write = (...times: string[]) => writeEvents(database.pool, 'demo', times);

describe.each(['2026-06-01,2026-06-30', 'all'])('an answer about %s', (dateRange) => {
  const ask = async () => {
    const query = { site_id: 'demo', metrics: 'views', date_range: dateRange };
    sent = 0;
    const { body } = await request(app.app).get('/api/v1/query').query(query).expect(200);
    return { views: body.results[0].metrics[0], status: body.meta.cache.status, range: body.query.date_range, sent };
  };

  it('takes one statement while it is cached', async () => {
    await write('2026-06-10T12:00:00Z');
    await ask();
    const locks = async () => (await database.pool.query('select 1 from cache_locks')).rowCount;
    await eventually(async () => (await locks()) === 0, 'the store has it');
    expect(await ask()).toMatchObject({ views: 1, status: 'hit', sent: 1 });
    expect(await ask()).toMatchObject({ views: 1, status: 'hit', sent: 1 });
  });

  it('follows events and the time zone of the site at once', async () => {
    await write('2026-06-10T12:00:00Z');
    await ask();
    await write('2026-06-10T12:00:00Z');
    expect(await ask()).toMatchObject({ views: 2, status: 'miss' });
    await database.pool.query(`update sites set timezone = 'Asia/Tokyo' where site_id = 'demo'`);
    const moved = await ask();
    expect(moved.status).toBe('miss');
    expect(moved.range[0]).toMatch(/T15:00:00.000Z$/);
    expect((await ask()).status).toBe('hit');
  });
});

it('of all time starts with a late event, and ends with the newest', async () => {
  const ask = async () => {
    const query = { site_id: 'demo', metrics: 'views', date_range: 'all' };
    const { body } = await request(app.app).get('/api/v1/query').query(query).expect(200);
    return [body.results[0].metrics[0], ...body.query.date_range.map((at: string) => at.slice(0, 10))];
  };
  await write('2026-06-10T12:00:00Z');
  const [, ...before] = await ask();
  await write('2026-05-20T12:00:00Z', '2026-06-20T12:00:00Z');
  const [views, ...after] = await ask();
  expect(views).toBe(3);
  expect(after[0] < before[0]!).toBe(true);
  expect(after[0]).toBe('2026-05-20');
  await database.pool.query(`with gone as (delete from events where timestamp < '2026-06-01Z' returning timestamp)
    insert into rollup_marks select 'demo', '2026-05-20T12:00:00Z' from gone`);
  expect((await ask())[1]).toBe('2026-06-10');
});

describe('the position of a snapshot', () => {
  const now = async () =>
    positionOf((await database.pool.query<{ at: string }>('select pg_current_snapshot()::text as at')).rows[0]!.at);
  async function begin() {
    const client = await database.pool.connect();
    await client.query('begin');
    await client.query('select pg_current_xact_id()');
    return async () => {
      await client.query('commit');
      client.release();
    };
  }

  it('grows with every transaction that ends, whatever order they started in', async () => {
    const [endFirst, endSecond, endThird] = [await begin(), await begin(), await begin()];
    const seen = [await now()];
    for (const end of [endSecond, endThird, endFirst]) {
      await end();
      seen.push(await now());
    }
    expect([...new Set(seen)].sort()).toEqual(seen);
  });

  it('compares correctly as text, even when numbers get more digits', () => {
    const positions = ['9:10:', '99:100:9', '99:100:', '999:1000:5,6,7', '999:1000:5', '4294967299:4294967300:'];
    const written = positions.map(positionOf);
    expect([...written].sort()).toEqual(written);
  });
});
