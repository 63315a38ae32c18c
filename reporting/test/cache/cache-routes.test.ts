import { createKeyRing } from '@millrace/shared/access/key-ring';
import { createKey } from '@millrace/shared/access/keys';
import { openQueue, type Queue, type QueueHandle } from '@millrace/shared/queue/queue';
import { addPartition } from '@millrace/shared/testing/add-partition';
import {
  createTestDatabase,
  queueBackends,
  silent,
  type TestDatabase,
  testQueue,
} from '@millrace/shared/testing/database';
import { eventually } from '@millrace/shared/testing/eventually';
import request, { type Test } from 'supertest';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { restartWarming, stopWarming, triggerWarming } from '../../src/warming/control-warming.js';
import { runJob } from '../../src/warming/job-runs.js';
import { readJobs } from '../../src/warming/job-status.js';
import { buildDocumentedApp, createJudge } from '../documented-app.js';
import { type CachedApp, createCachedApp } from './cached-apps.js';
import { writeEvents } from './write-events.js';

const judge = createJudge();
const now = new Date('2026-06-15T12:00:00Z');
const jobs = ['user-growth', 'activity-trends', 'top-items', 'recent-activity', 'performance-metrics', 'cache-cleanup'];

describe.each(queueBackends)('with the queue on %s', (backend) => {
  let database: TestDatabase;
  let handle: QueueHandle;
  let one: CachedApp;
  let other: CachedApp;
  beforeAll(async () => {
    database = await createTestDatabase();
    await addPartition(database.pool, '2026-05-01', '2026-07-01');
    const location = testQueue(backend, database);
    handle = openQueue('cache-warming', location, silent);
    const options = { clock: () => now, queue: () => handle.queue };
    one = createCachedApp(database.url, location, options);
    other = createCachedApp(database.url, location, options);
  });
  afterAll(async () => {
    await one.close();
    await other.close();
    await handle.close();
    await database.drop();
  });
  beforeEach(async () => {
    await database.empty();
    await database.pool.query(
      `insert into schedules (id, name, queue, job, cron, timezone, catch_up, built_in)
      select id, id, 'cache-warming', 'warm', cron, 'UTC', 'none', true
      from unnest($1::text[], $2::text[]) as task(id, cron)`,
      [
        [...jobs, 'cache-warming'],
        ['*/10 * * * *', '*/5 * * * *', '*/15 * * * *', '*/2 * * * *', '*/30 * * * * *', '0 * * * *', '*/5 * * * *'],
      ],
    );
    await database.pool.query(`insert into schedules (id, name, queue, job, cron, timezone, catch_up)
      values ('own', 'own', 'cache-warming', 'warm', '0 1 * * *', 'UTC', 'none')`);
    await writeEvents(database.pool, 'demo', ['2026-06-14T10:00:00Z']);
  });

  const trends = (of: CachedApp) =>
    request(of.app).get('/api/v1/datasets/activity-trends/rows').query({ site_id: 'demo' });
  const views = (of: CachedApp) => request(of.app).get('/stats').query({ site_id: 'demo' });
  const status = async (sent: Test) => (await sent.expect(200)).headers['x-cache']!.split(';')[0];
  const steer = (path: string, body?: object) => request(one.app).post(`/api/v1/cache/${path}`).send(body);
  const warmUp = async () => {
    await Promise.all([trends(one), views(one)]);
    await eventually(async () => (await one.cache.store.size()).entries === 2, 'both are in the store');
    expect(await Promise.all([status(trends(other)), status(views(other))])).toEqual(['hit', 'hit']);
  };

  it('invalidates only what matches a pattern, on every replica', async () => {
    await warmUp();
    const { body } = await steer('invalidate', { pattern: 'activity-t*' }).expect(200);
    expect(body).toEqual({ pattern: 'activity-t*', removed: 1 });
    expect(judge('CacheInvalidated', body)).toBeUndefined();
    expect(await Promise.all([status(trends(other)), status(views(other))])).toEqual(['miss', 'hit']);
  });

  it('stores a pattern only once', async () => {
    for (let time = 0; time < 3; time += 1) {
      await warmUp();
      await steer('invalidate', { pattern: 'activity-t*' }).expect(200);
    }
    const { rows } = await database.pool.query(`select pattern from cache_invalidations`);
    expect(rows).toEqual([{ pattern: 'activity-t%' }]);
  });

  it('invalidates everything', async () => {
    await warmUp();
    const { body } = await steer('clear').expect(200);
    expect(body).toEqual({ removed: 2 });
    expect(await Promise.all([status(trends(other)), status(views(one))])).toEqual(['miss', 'miss']);
  });

  it.each([
    [{ pattern: '' }, 'pattern must be text such as user-growth*'],
    [{ pattern: 'a', more: 1 }, 'more is not a field of this request, which takes pattern'],
    [[], 'pattern is required'],
    [{ pattern: '*'.repeat(4) }, 'pattern must have at most 3 stars'],
  ])('refuses the pattern of %j', async (given, message) => {
    const { body } = await steer('invalidate', given).expect(400);
    expect(body.error).toMatchObject({ code: 'invalid_request', message });
  });

  it('adds a job to the queue and refuses unknown ones', async () => {
    const { body } = await steer('jobs/top-items/trigger').expect(202);
    expect(judge('CacheTriggered', body)).toBeUndefined();
    expect((await handle.queue.getJob(body.job_id))?.data).toEqual({ cacheKeys: ['top-items'] });
    const unknown = await steer('jobs/constructor/trigger').expect(404);
    expect(unknown.body.error.message).toBe(`There is no such job. The jobs are ${jobs.join(', ')}.`);
    const direct = await triggerWarming(handle.queue, 'cache-cleanup');
    expect((await handle.queue.getJob(direct))?.name).toBe('warm');
  });

  it('reports the last run, state and next run of each job', async () => {
    await runJob(database.pool, 'user-growth', async () => ({ lastSite: null }));
    await runJob(database.pool, 'top-items', () => Promise.reject(new Error('no such table'))).catch(() => {});
    let end = () => {};
    const running = runJob(
      database.pool,
      'cache-cleanup',
      () =>
        new Promise((resolve) => {
          end = () => resolve({ lastSite: null });
        }),
    );
    await eventually(async () => {
      const { rows } = await database.pool.query(`select 1 from cache_jobs where id = 'cache-cleanup'`);
      return rows.length === 1;
    }, 'the cleanup runs');
    const { body } = await request(one.app).get('/api/v1/cache/jobs').expect(200);
    expect(judge('CacheJobs', body)).toBeUndefined();
    const about = { enabled: true, lastRun: null, duration: null, error: null, status: 'scheduled' };
    const ran = { lastRun: expect.any(String), duration: expect.any(Number) };
    expect(body.jobs).toEqual([
      {
        ...about,
        ...ran,
        id: 'user-growth',
        name: 'User growth',
        status: 'completed',
        nextRun: '2026-06-15T12:10:00.000Z',
      },
      { ...about, id: 'activity-trends', name: 'Activity by day', nextRun: '2026-06-15T12:05:00.000Z' },
      {
        ...about,
        ...ran,
        id: 'top-items',
        name: expect.any(String),
        status: 'failed',
        error: 'no such table',
        nextRun: '2026-06-15T12:15:00.000Z',
      },
      { ...about, id: 'recent-activity', name: 'Recent activity', nextRun: '2026-06-15T12:02:00.000Z' },
      { ...about, id: 'performance-metrics', name: 'Today so far', nextRun: '2026-06-15T12:00:30.000Z' },
      {
        ...about,
        id: 'cache-cleanup',
        name: 'Cleanup of cached answers',
        status: 'running',
        nextRun: '2026-06-15T13:00:00.000Z',
      },
    ]);
    end();
    await running;
    const metrics = await request(one.app).get('/api/v1/cache/metrics').expect(200);
    expect(judge('CacheMetrics', metrics.body)).toBeUndefined();
    expect(metrics.body).toMatchObject({
      ...{ totalJobs: 3, successfulJobs: 2, failedJobs: 1, averageJobDuration: expect.any(Number) },
      ...{ lastCleanup: expect.any(String), maxBytes: 10_000_000, store: { kind: backend } },
    });
  });

  it('stops and restarts the built-in schedules on all replicas, but not those that people added', async () => {
    const enabled = async () => {
      const { rows } = await database.pool.query<{ id: string }>(`select id from schedules where enabled order by id`);
      return rows.map(({ id }) => id);
    };
    const { body } = await steer('stop').expect(200);
    expect(body.stopped).toEqual([...jobs, 'cache-warming'].sort());
    expect(await enabled()).toEqual(['own']);
    const stopped = await readJobs(database.pool, now, false);
    expect(stopped.map(({ enabled, nextRun }) => [enabled, nextRun])).toEqual(jobs.map(() => [false, null]));
    expect(await stopWarming(database.pool)).toEqual([]);
    expect((await steer('restart').expect(200)).body.restarted).toEqual([...jobs, 'cache-warming'].sort());
    expect(await restartWarming(database.pool)).toEqual([]);
    expect(await enabled()).toHaveLength(8);
  });

  it('shows jobs as disabled where DISABLE_AUTO_SYNC keeps them from starting', async () => {
    const found = await readJobs(database.pool, now, true);
    expect(found.map(({ enabled, nextRun }) => [enabled, nextRun])).toEqual(jobs.map(() => [false, null]));
  });
});

it('requires an admin key for all sites, whatever the case of the path', async () => {
  const database = await createTestDatabase();
  const keys = createKeyRing(database.pool, silent);
  const { app } = buildDocumentedApp(database.pool, { keys });
  const statusOf = async (path: string, scope: 'read' | 'admin', siteId?: string) => {
    const { key } = await createKey(database.pool, {
      name: `${scope} ${siteId} ${path}`,
      scopes: [scope],
      siteId: siteId ?? null,
    });
    return (await request(app).post(path).set('authorization', `Bearer ${key}`)).status;
  };
  for (const path of ['/api/v1/cache/stop', '/API/v1/Cache/stop', '/api/v1/cache/stop/']) {
    expect([
      await statusOf(path, 'read'),
      await statusOf(path, 'admin', 'demo'),
      await statusOf(path, 'admin'),
    ]).toEqual([403, 403, 200]);
  }
  await keys.close();
  await database.drop();
});

describe('while Redis is unreachable', () => {
  let database: TestDatabase;
  let away: CachedApp;
  beforeAll(async () => {
    database = await createTestDatabase();
    const nowhere = { kind: 'redis', url: 'redis://127.0.0.1:1', prefix: 'away' } as const;
    const queue = { add: () => Promise.reject(new Error('Connection is closed.')) } as unknown as Queue;
    away = createCachedApp(database.url, nowhere, { queue: () => queue });
  });
  afterAll(async () => {
    await away.close();
    await database.drop();
  });

  it.each([
    ['get', 'metrics'],
    ['post', 'clear'],
    ['post', 'invalidate'],
    ['post', 'jobs/user-growth/trigger'],
  ] as const)('%s %s answers 503 and says to retry later', async (method, path) => {
    const { body } = await request(away.app)[method](`/api/v1/cache/${path}`).send({ pattern: '*' }).expect(503);
    expect(body.error).toEqual({
      code: 'queue_unavailable',
      message: 'Redis, which holds the cached answers, is unreachable. Retry later.',
    });
  });
});

describe('a service without a cache', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.drop());

  it('reports that caching is disabled', async () => {
    const { app } = buildDocumentedApp(database.pool);
    const { body } = await request(app).post('/api/v1/cache/clear').expect(409);
    expect(body.error).toEqual({ code: 'conflict', message: 'Caching is disabled: CACHE_MB is 0.' });
    await request(app).get('/api/v1/cache/jobs').expect(200);
  });
});
