/** Cached answers over HTTP, on two replicas that share a store. */
import { addPartition } from '@millrace/shared/testing/add-partition';
import { createTestDatabase, queueBackends, type TestDatabase, testQueue } from '@millrace/shared/testing/database';
import { eventually } from '@millrace/shared/testing/eventually';
import request, { type Test } from 'supertest';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type CachedApp, createCachedApp } from './cached-apps.js';
import { takeMarks, writeEvents } from './write-events.js';

const start = Date.parse('2026-06-15T12:00:30.500Z');

describe.each(queueBackends)('with the store on %s', (backend) => {
  let database: TestDatabase;
  let one: CachedApp;
  let other: CachedApp;
  let now = start;

  beforeAll(async () => {
    database = await createTestDatabase();
    await addPartition(database.pool, '2026-05-01', '2026-07-01');
    const location = testQueue(backend, database);
    const clock = () => new Date(now);
    one = createCachedApp(database.url, location, { clock });
    other = createCachedApp(database.url, location, { clock });
  });
  afterAll(async () => {
    await one.close();
    await other.close();
    await database.drop();
  });
  let site = '';
  beforeEach(async () => {
    now = start;
    site = `site-${Math.floor(Math.random() * 1e9)}`;
    await write('ada', '2026-06-14T10:00:00Z', '2026-06-15T10:00:00Z');
  });

  const write = (user_id: string, ...times: string[]) => writeEvents(database.pool, site, times, { user_id });
  const views = (of = one, dateRange = '7d') =>
    request(of.app).get('/api/v1/query').query({ site_id: site, metrics: 'views', date_range: dateRange });
  const seen = async (sent: Test) => {
    const { body } = await sent.expect(200);
    return [body.results[0].metrics[0], body.meta.cache.status];
  };

  describe('an answer', () => {
    const body = (more: object) => ({ site_id: site, date_range: '30d', ...more });
    const step = (type: string) => ({ filters: [['is', 'event_type', [type]]] });
    const routes: [string, (of: CachedApp) => Test][] = [
      ['GET /stats', (of) => request(of.app).get('/stats').query({ site_id: site })],
      ['GET /api/v1/query', (of) => views(of)],
      [
        'POST /api/v1/query',
        (of) =>
          request(of.app)
            .post('/api/v1/query')
            .send(body({ metrics: ['events'], dimensions: ['path'] })),
      ],
      [
        'POST /api/v1/funnel',
        (of) =>
          request(of.app)
            .post('/api/v1/funnel')
            .send(body({ steps: [step('view'), step('view')] })),
      ],
      [
        'GET /api/v1/retention',
        (of) => request(of.app).get('/api/v1/retention').query({ site_id: site, period: 'week', date_range: '30d' }),
      ],
      ['GET a dataset', (of) => request(of.app).get('/api/v1/datasets/activity-trends/rows').query({ site_id: site })],
    ];

    it.each(routes)('to %s is cached for all replicas until events arrive', async (_name, ask) => {
      const statusOf = async (sent: Test) => {
        const { body, headers } = await sent.expect(200);
        const { meta, ...answer } = body;
        expect(meta?.cache ?? {}).toEqual(meta ? { status: expect.any(String), age_ms: expect.any(Number) } : {});
        return [
          JSON.stringify(answer),
          headers['x-cache']!.split(';')[0],
          meta?.cache.status ?? headers['x-cache']!.split(';')[0],
        ];
      };
      const [first, ...computed] = await statusOf(ask(one));
      expect(computed).toEqual(['miss', 'miss']);
      await eventually(async () => (await one.cache.store.size()).entries > 0, 'it is in the store');
      expect(await statusOf(ask(one))).toEqual([first, 'hit', 'hit']);
      await eventually(async () => (await statusOf(ask(other)))[1] === 'hit', 'the other replica has it');
      expect((await statusOf(ask(other)))[0]).toBe(first);
      await takeMarks(database.pool, site);
      expect(await statusOf(ask(one))).toEqual([first, 'hit', 'hit']);
      await write('bob', '2026-06-15T11:00:00Z');
      const [second, ...again] = await statusOf(ask(other));
      expect(again).toEqual(['miss', 'miss']);
      expect(second).not.toBe(first);
      expect((await statusOf(ask(one)))[0]).toBe(second);
    });

    it('to a dataset request is cached until its source data changes', async () => {
      const sql = (text: string) => database.pool.query(text, [site]);
      const statusOf = async (id: string) => {
        const sent = request(one.app).get(`/api/v1/datasets/${id}/rows`).query({ site_id: site, date_range: '7d' });
        return (await sent.expect(200)).body.meta.cache.status;
      };
      const statuses = async () => [
        await statusOf('activity-trends'),
        await statusOf('transactions'),
        await statusOf('revenue'),
        await statusOf('site-metrics'),
      ];
      const metric = (at: string) =>
        sql(`insert into site_metrics (site_id, metric_type, period_type, period_start, figures)
          values ($1, 'performance', 'hour', '${at}', '{}')`);
      expect(await statuses()).toEqual(['miss', 'miss', 'miss', 'miss']);
      await sql(`insert into site_aggregations (site_id, timezone) values ($1, 'UTC')`);
      expect(await statuses()).toEqual(['hit', 'miss', 'miss', 'hit']);
      await metric('2026-06-14T05:00:00Z');
      expect(await statuses()).toEqual(['hit', 'hit', 'hit', 'miss']);
      await metric('2026-05-14T05:00:00Z');
      expect(await statuses()).toEqual(['hit', 'hit', 'hit', 'hit']);
      await write('bob', '2026-05-14T05:00:00Z');
      expect(await statuses()).toEqual(['miss', 'miss', 'hit', 'hit']);
    });

    it('reports its age', async () => {
      await views();
      now += 1_234;
      expect((await views()).body.meta.cache).toEqual({ status: 'hit', age_ms: 1_234 });
      const { headers } = await request(one.app).get('/stats').query({ site_id: site });
      expect(headers['x-cache']).toBe('miss; age_ms=0');
    });

    it('differs when the same request means something else', async () => {
      expect(await seen(views(one, 'day'))).toEqual([1, 'miss']);
      expect(await seen(views(one, 'day'))).toEqual([1, 'hit']);
      now += 86_400_000;
      expect(await seen(views(one, 'day'))).toEqual([0, 'miss']);
      await database.pool.query(`update sites set timezone = 'Pacific/Kiritimati' where site_id = $1`, [site]);
      now = Date.parse('2026-06-15T09:00:00Z');
      expect((await views(one, 'day')).body.query.date_range[0]).toBe('2026-06-14T10:00:00.000Z');
    });

    it('is not cached for a site that is being erased', async () => {
      await database.pool.query(`update sites set erase_requested_at = now() where site_id = $1`, [site]);
      expect(await seen(views())).toEqual([2, 'miss']);
      const { headers } = await views();
      expect(headers.etag).toBeUndefined();
      expect(await seen(views())).toEqual([2, 'miss']);
    });

    it('follows the clock if the request does', async () => {
      expect(await seen(views(one, '24h'))).toEqual([1, 'miss']);
      now += 1;
      expect(await seen(views(one, '24h'))).toEqual([1, 'miss']);
    });
  });

  describe('a client that has the answer', () => {
    it('gets 304 from any replica without a computation until the answer changes', async () => {
      const { headers } = await views().expect(200);
      expect(headers.etag).toMatch(/^W\/"[\w-]{22}\.[\w-]{22}"$/);
      expect(headers['cache-control']).toBe('private, no-cache');
      const again = (of: CachedApp, tags: string) => views(of).set('if-none-match', tags);
      const before = other.cache.stats().computations;
      const known = await again(other, headers.etag!).expect(304);
      expect([known.text, known.headers.etag]).toEqual(['', headers.etag]);
      await again(other, `"x", ${headers.etag!.slice(2)}`).expect(304);
      await again(other, '*').expect(304);
      expect(other.cache.stats().computations).toBe(before);
      await again(one, '"x"').expect(200);
      await write('bob', '2026-06-15T11:00:00Z');
      const changed = await again(one, headers.etag!).expect(200);
      expect(changed.headers.etag).not.toBe(headers.etag);
    });

    it('gets the answer again after a POST, which HTTP caches do not support', async () => {
      const ask = () =>
        request(one.app)
          .post('/api/v1/query')
          .send({ site_id: site, metrics: ['views'], date_range: '7d' });
      const { headers } = await ask();
      await ask().set('if-none-match', headers.etag!).expect(200);
    });

    it('gets no-store with a refusal', async () => {
      const { headers } = await views(one, 'never').expect(400);
      expect([headers['cache-control'], headers.etag]).toEqual(['no-store', undefined]);
    });
  });

  describe('an outdated answer', () => {
    const stale = (maxStale: string, of = one) => views(of).set('cache-control', `no-transform, ${maxStale}`);

    it('is served at once to clients that accept it, and refreshed in the background', async () => {
      await views();
      await write('bob', '2026-06-15T11:00:00Z');
      now += 5_000;
      const { body, headers } = await stale('max-stale=60').expect(200);
      expect([body.results[0].metrics[0], body.meta.cache]).toEqual([2, { status: 'stale', age_ms: 5_000 }]);
      expect(headers.etag).toBeUndefined();
      await eventually(async () => (await seen(views()))[1] === 'hit', 'the new answer is cached');
      expect(await seen(views())).toEqual([3, 'hit']);
    });

    it('is served by a replica that did not compute it', async () => {
      await views();
      await eventually(async () => (await seen(views(other)))[1] === 'hit', 'it is in the store');
      other.cache.clear();
      await write('bob', '2026-06-15T11:00:00Z');
      expect(await seen(stale('max-stale', other))).toEqual([2, 'stale']);
    });

    it('is not served to other clients, or when it is too old', async () => {
      await views();
      await write('bob', '2026-06-15T11:00:00Z');
      now += 61_000;
      expect(await seen(stale('max-stale=60'))).toEqual([3, 'miss']);
      await write('bob', '2026-06-15T11:00:00Z');
      expect(await seen(views())).toEqual([4, 'miss']);
    });

    it('is not served after an erasure or invalidation', async () => {
      await takeMarks(database.pool, site);
      await views();
      await database.pool.query('update site_rollups set epoch = epoch + 1 where site_id = $1', [site]);
      await write('bob', '2026-06-15T11:00:00Z');
      expect(await seen(stale('max-stale'))).toEqual([3, 'miss']);
      await database.pool.query(`insert into cache_invalidations (pattern) values ('query:%')`);
      await write('bob', '2026-06-15T11:00:00Z');
      expect(await seen(stale('max-stale'))).toEqual([4, 'miss']);
    });

    it('also serves requests that follow the clock', async () => {
      const lately = () => views(one, '24h').set('cache-control', 'max-stale=60');
      expect(await seen(lately())).toEqual([1, 'miss']);
      now += 1_000;
      expect(await seen(lately())).toEqual([1, 'stale']);
    });
  });

  it('counts hits, misses and stale answers', async () => {
    const text = await one.metrics();
    for (const name of ['hits_total', 'misses_total', 'stale_total', 'computations_total', 'bytes']) {
      expect(Number(new RegExp(`^millrace_cache_${name} (\\d+)$`, 'm').exec(text)?.[1])).toBeGreaterThan(0);
    }
  });
});
