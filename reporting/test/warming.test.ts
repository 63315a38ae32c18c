/** Cache warming: what a job requests, for which sites, how often, and how it reports failures. */

import { encodeBitmap } from '@millrace/shared/bitmap/bitmap';
import type { WarmingResult } from '@millrace/shared/contract/job-results';
import { addJob } from '@millrace/shared/queue/add-job';
import { type Job, openQueue, type QueueHandle } from '@millrace/shared/queue/queue';
import {
  createTestDatabase,
  queueBackends,
  silent,
  type TestDatabase,
  testQueue,
} from '@millrace/shared/testing/database';
import { eventually } from '@millrace/shared/testing/eventually';
import { type SpawnedService, spawnService } from '@millrace/shared/testing/spawn-service';
import { queueEnvironment } from '@millrace/shared/testing/stack';
import request from 'supertest';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { cacheKeys } from '../src/warming/cache-keys.js';
import { createWarmingConsumer } from '../src/warming/consume-warming.js';
import { runJob } from '../src/warming/job-runs.js';
import { recentSites, warmKey } from '../src/warming/warm-key.js';
import { type CachedApp, createCachedApp } from './cache/cached-apps.js';
import { type StoredEvent, storeEvents } from './random-events.js';
import { storeRollups } from './stored-rollups.js';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const now = new Date();
const keys = Object.keys(cacheKeys);
let database: TestDatabase;

const eventsAt = (...ages: number[]): StoredEvent[] =>
  ages.map((age, index) => ({
    timestamp: new Date(now.getTime() - age),
    event_type: 'view',
    path: '/',
    user_id: `user-${index}`,
    profile_id: null,
    referrer: null,
    properties: null,
  }));

async function addSite(siteId: string, ages: number[]): Promise<StoredEvent[]> {
  const events = eventsAt(...ages);
  await database.pool.query('insert into sites (site_id) values ($1)', [siteId]);
  await storeEvents(database.pool, siteId, events);
  return events;
}

async function addRolledSite(siteId: string, age: number): Promise<void> {
  const events = await addSite(siteId, [age, age + dayMs, age + 3 * dayMs]);
  await storeRollups(database.pool, events, { siteId, timezone: 'UTC', daysBefore: '2999-01-01' });
}

beforeAll(async () => {
  database = await createTestDatabase();
  const from = new Date(now.getTime() - 40 * dayMs).toISOString();
  const to = new Date(now.getTime() + 2 * dayMs).toISOString();
  await database.pool.query(`create table events_now partition of events for values from ('${from}') to ('${to}')`);
  await addRolledSite('first', hourMs);
  await addRolledSite('second', 2 * hourMs);
  await addSite('raw', [3 * hourMs]);
  await addSite('quiet', [2 * dayMs]);
  await addSite('ahead', [-hourMs]);
});
afterAll(() => database.drop());

it('finds the sites that were active in the last day, by id, after the last one', async () => {
  expect(await recentSites(database.pool, now)).toEqual(['first', 'raw', 'second']);
  expect(await recentSites(database.pool, now, 'first')).toEqual(['raw', 'second', 'first']);
  expect(await recentSites(database.pool, now, 'second')).toEqual(['first', 'raw', 'second']);
});

const location = () => testQueue('postgres', database);
let passedMs = 0;
const clock = () => new Date(now.getTime() + passedMs);
let replicas: CachedApp[] = [];
beforeEach(() => {
  passedMs = 0;
  replicas = [
    createCachedApp(database.url, location(), { clock }),
    createCachedApp(database.url, location(), { clock }),
  ];
});
afterEach(async () => {
  await database.pool.query('delete from cache_entries');
  await Promise.all(replicas.map((replica) => replica.close()));
});
const depsOf = ({ cache, pool }: CachedApp) => ({ cache, pool, writePool: database.pool, clock });
const rowsOf = (of: CachedApp, key: string, site_id: string) =>
  request(of.app).get(`/api/v1/datasets/${key}/rows`).query({ site_id });

it.each(keys)('caches %s as it is requested, for all replicas', async (key) => {
  const [worker, reporting] = replicas as [CachedApp, CachedApp];
  expect(await warmKey(depsOf(worker), cacheKeys[key]!)).toEqual({ warmed: 3, lastSite: null });
  await eventually(async () => (await worker.cache.store.size()).entries === 3, 'all are in the store');
  const follows = key === 'performance-metrics';
  for (const site of ['first', 'raw', 'second']) {
    const sent = rowsOf(reporting, key, site);
    if (follows) {
      passedMs = 1_000;
      sent.set('cache-control', 'max-stale=60');
    }
    const { body } = await sent.expect(200);
    expect(body.meta.cache.status).toBe(follows ? 'stale' : 'hit');
  }
  if (!follows) expect(reporting.cache.stats().computations).toBe(0);
});

it('does not recompute what has not changed', async () => {
  const [worker] = replicas as [CachedApp];
  await warmKey(depsOf(worker), cacheKeys['activity-trends']!);
  await warmKey(depsOf(worker), cacheKeys['activity-trends']!);
  expect(worker.cache.stats()).toMatchObject({ computations: 3, hits: 3 });
});

it('continues after the last site when its time was up', async () => {
  const hurried = { ...cacheKeys['activity-trends']!, intervalMs: 0 };
  const deps = depsOf(replicas[0]!);
  const seen: (string | null)[] = [];
  for (let run = 0; run < 3; run += 1) {
    await runJob(database.pool, 'hurried', async (lastSite) => {
      seen.push(lastSite);
      return warmKey(deps, hurried, lastSite);
    });
  }
  expect(seen).toEqual([null, 'first', 'raw']);
});

function createConsumer(of = replicas[0]!) {
  const consume = createWarmingConsumer(depsOf(of));
  const progress: unknown[] = [];
  const updateProgress = async (percent: unknown) => void progress.push(percent);
  return {
    progress,
    run: (cacheKeys: string[]) => consume({ data: { cacheKeys }, updateProgress } as unknown as Job, 'token'),
  };
}

/** Makes the bitmaps of a site invalid, or empty. */
async function setVisitors(visitors: Buffer): Promise<void> {
  for (const table of ['rollup_days', 'rollup_15m']) {
    await database.pool.query(`update ${table} set visitors = $1, visitor_count = 0 where site_id = 'first'`, [
      visitors,
    ]);
  }
}
const broken = Buffer.from([0]);
const empty = encodeBitmap(Uint32Array.of()).bitmap;
const failedOnce = { key: 'user-growth', reason: expect.stringMatching(/^1 of 3 sites failed, first first: ./) };

it('continues after the last site even if an earlier one failed', async () => {
  const hurried = { ...cacheKeys['user-growth']!, intervalMs: 0 };
  const warm = (lastSite: string | null) => warmKey(depsOf(replicas[0]!), hurried, lastSite);
  await setVisitors(broken);
  await expect(runJob(database.pool, 'failing', warm)).rejects.toThrow('1 of 3 sites failed, first first: ');
  await setVisitors(empty);
  await expect(runJob(database.pool, 'failing', () => Promise.reject(new Error('no connection')))).rejects.toThrow();
  let seen: string | null = null;
  await runJob(database.pool, 'failing', async (lastSite) => {
    seen = lastSite;
    return { lastSite };
  });
  expect(seen).toBe('first');
});

it('reports an unknown key, and warms the others', async () => {
  const { run, progress } = createConsumer();
  const known =
    'Valid keys are user-growth, activity-trends, top-items, recent-activity, performance-metrics, cache-cleanup.';
  expect(await run(['top-items', 'nonsense', 'constructor', 'cache-cleanup'])).toEqual({
    warmed: ['top-items', 'cache-cleanup'],
    failed: [
      { key: 'nonsense', reason: `There is no cache key "nonsense". ${known}` },
      { key: 'constructor', reason: `There is no cache key "constructor". ${known}` },
    ],
    skipped: [],
    ms: expect.any(Number),
  });
  expect(progress).toEqual([25, 50, 75, 100]);
});

it('reports why a key failed, warms the others, and retries next time', async () => {
  const { run } = createConsumer();
  await setVisitors(broken);
  const keys = ['user-growth', 'activity-trends'];
  expect(await run(keys)).toMatchObject({ warmed: ['activity-trends'], failed: [failedOnce] });
  await setVisitors(empty);
  expect(await run(keys)).toMatchObject({ warmed: keys, failed: [] });
});

it('leaves a key to the replica that is running it, and takes it over from one that died', async () => {
  let end = () => {};
  const running = runJob(
    database.pool,
    'top-items',
    () =>
      new Promise((resolve) => {
        end = () => resolve({ lastSite: null });
      }),
  );
  const { run } = createConsumer(replicas[1]!);
  const isRunning = async () =>
    (await database.pool.query(`select 1 from cache_jobs where id = 'top-items' and running_until > now()`))
      .rowCount === 1;
  await eventually(isRunning, 'the first one is running');
  expect(await run(['top-items', 'user-growth'])).toMatchObject({ warmed: ['user-growth'], skipped: ['top-items'] });
  end();
  await running;
  expect(await run(['top-items'])).toMatchObject({ warmed: ['top-items'], skipped: [] });
  await database.pool.query(
    `update cache_jobs set holder = 'one that died', running_until = now() - interval '1 s' where id = 'top-items'`,
  );
  expect(await run(['top-items'])).toMatchObject({ warmed: ['top-items'], skipped: [] });
});

it('skips everything if caching is disabled', async () => {
  const consume = createWarmingConsumer({ pool: database.pool, writePool: database.pool });
  const job = { data: { cacheKeys: ['top-items'] }, updateProgress: async () => {} } as unknown as Job;
  expect(await consume(job, 'token')).toMatchObject({ warmed: [], failed: [], skipped: ['top-items'] });
});

describe.each(queueBackends)('the worker on %s', (backend) => {
  let worker: SpawnedService;
  let handle: QueueHandle;
  beforeAll(async () => {
    const location = testQueue(backend, database);
    handle = openQueue('cache-warming', location, silent);
    await handle.queue.waitUntilReady();
    const env = { DATABASE_URL: database.url, ...queueEnvironment(location) };
    worker = await spawnService('reporting', env, [], 'worker');
  });
  afterAll(async () => {
    await worker.end();
    await handle.close();
  });

  async function ended(id: string): Promise<Job> {
    let job: Job | undefined;
    await eventually(async () => {
      job = await handle.queue.getJob(id);
      return job?.finishedOn !== undefined;
    }, `job ${id} has ended`);
    return job!;
  }

  it('is healthy, and warms what a job names', async () => {
    await addJob(handle.queue, 'warm', { cacheKeys: keys }, { jobId: 'good' });
    const job = await ended('good');
    expect(job.progress).toBe(100);
    const result = job.returnvalue as WarmingResult;
    expect(result).toEqual({ warmed: keys, failed: [], skipped: [], ms: expect.any(Number) });
    const health = await (await fetch(`${worker.url}/health`)).json();
    expect(health).toMatchObject({ status: 'healthy', services: { postgres: 'up', queues: 'up' } });
    const metrics = await (await fetch(`${worker.url}/metrics`)).text();
    expect(metrics).toContain('millrace_jobs_completed_total{queue="cache-warming",job="warm"} 1');
  });

  it('reports healthy first, since it waits for its queue before the first check', async () => {
    const looks = () => worker.log.filter(({ msg }) => msg === 'health check');
    await eventually(async () => looks().length > 0, 'its health is checked for the first time');
    expect(looks()[0]).toMatchObject({ status: 'healthy', queues: 'up' });
  });

  it('refuses invalid data without a retry', async () => {
    await handle.queue.add('warm', { cacheKeys: [] }, { jobId: 'bad', attempts: 3 });
    const job = await ended('bad');
    expect(job.attemptsMade).toBe(1);
    expect(job.failedReason).toBe('The data of job "warm" is invalid: cacheKeys must have at least one item.');
  });

  it('shuts down cleanly', async () => {
    expect(await worker.end()).toBe(0);
  });
});
