/** Keeping answers warm: what a job asks, of whom, how often, and what it says of what went wrong. */
import { addJob } from '@millrace/shared/add-job';
import { encodeBitmap } from '@millrace/shared/bitmap';
import type { WarmingResult } from '@millrace/shared/job-results';
import type { Job, QueueHandle } from '@millrace/shared/queue';
import { openQueue } from '@millrace/shared/queue';
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
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cacheKeys } from '../src/warming/cache-keys.js';
import { createWarmingConsumer } from '../src/warming/consume-warming.js';
import { recentSites } from '../src/warming/recent-sites.js';
import { warmKey } from '../src/warming/warm-key.js';
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
  const detailSince = new Date(now.getTime() - 8 * dayMs);
  await storeRollups(database.pool, events, { siteId, timezone: 'UTC', detailSince, daysBefore: '2999-01-01' });
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

it('looks for the sites that were active in the last day, the latest first', async () => {
  expect(await recentSites(database.pool, now, 20)).toEqual(['first', 'second', 'raw']);
  expect(await recentSites(database.pool, now, 1)).toEqual(['first']);
});

it.each(keys)('asks what stands behind %s of sites whose rollups have the answer', async (key) => {
  expect(await warmKey(database.pool, cacheKeys[key]!, now)).toBe(2);
});

function createConsumer() {
  let time = now.getTime();
  const consume = createWarmingConsumer({ pool: database.pool, clock: () => new Date(time) });
  const progress: unknown[] = [];
  const updateProgress = async (percent: unknown) => void progress.push(percent);
  return {
    progress,
    pass: (ms: number) => {
      time += ms;
    },
    run: (cacheKeys: string[]) => consume({ data: { cacheKeys }, updateProgress } as unknown as Job, 'token'),
  };
}

/** Makes the bitmaps of paths of one site such as no roll would leave them, or empty. */
async function setPathVisitors(visitors: Buffer): Promise<void> {
  for (const table of ['rollup_days', 'rollup_15m']) {
    await database.pool.query(
      `update ${table} set visitors = $1, visitor_count = 0 where site_id = 'first' and dimension = 'path'`,
      [visitors],
    );
  }
}
const broken = Buffer.from([0]);
const empty = encodeBitmap(Uint32Array.of()).bitmap;
const failedOnce = { key: 'top-items', reason: expect.stringMatching(/^1 of 3 sites failed, first first: ./) };

it('names a key that it does not know, and warms the others', async () => {
  const { run, progress } = createConsumer();
  const known = 'known are user-growth, activity-trends, top-items, recent-activity, performance-metrics.';
  expect(await run(['top-items', 'nonsense', 'constructor', 'user-growth'])).toEqual({
    warmed: ['top-items', 'user-growth'],
    failed: [
      { key: 'nonsense', reason: `There is no cache key "nonsense"; ${known}` },
      { key: 'constructor', reason: `There is no cache key "constructor"; ${known}` },
    ],
    ms: expect.any(Number),
  });
  expect(progress).toEqual([25, 50, 75, 100]);
});

it('says why one key failed, warms the others, and asks again the next time', async () => {
  const { run } = createConsumer();
  await setPathVisitors(broken);
  const keys = ['top-items', 'activity-trends'];
  expect(await run(keys)).toMatchObject({ warmed: ['activity-trends'], failed: [failedOnce] });
  await setPathVisitors(empty);
  expect(await run(keys)).toMatchObject({ warmed: keys, failed: [] });
});

it('does not ask again for what it warmed within the interval', async () => {
  const { run, pass } = createConsumer();
  await run(['top-items']);
  await setPathVisitors(broken);
  expect(await run(['top-items', 'top-items'])).toMatchObject({ warmed: ['top-items'], failed: [] });
  // Its schedule comes a little early.
  pass(15 * 60_000 - 500);
  expect(await run(['top-items'])).toMatchObject({ warmed: [], failed: [failedOnce] });
  await setPathVisitors(empty);
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
    expect(result).toEqual({ warmed: keys, failed: [], ms: expect.any(Number) });
    const health = await (await fetch(`${worker.url}/health`)).json();
    expect(health).toMatchObject({ status: 'healthy', services: { postgres: 'up', queues: 'up' } });
    const metrics = await (await fetch(`${worker.url}/metrics`)).text();
    expect(metrics).toContain('millrace_jobs_completed_total{queue="cache-warming",job="warm"} 1');
  });

  it('says first that it is healthy, since it does not look before its queue is open', async () => {
    const looks = () => worker.log.filter(({ msg }) => msg === 'health check');
    await eventually(async () => looks().length > 0, 'the first look at its health');
    expect(looks()[0]).toMatchObject({ status: 'healthy', queues: 'up' });
  });

  it('refuses data that break the contract, without another attempt', async () => {
    await handle.queue.add('warm', { cacheKeys: [] }, { jobId: 'bad', attempts: 3 });
    const job = await ended('bad');
    expect(job.attemptsMade).toBe(1);
    expect(job.failedReason).toBe(
      'The data of job "warm" break its contract: cacheKeys must contain at least 1 items.',
    );
  });

  it('ends in order', async () => {
    expect(await worker.end()).toBe(0);
  });
});
