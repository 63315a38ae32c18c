/** Computations that end in a different order than they started in, and a slow store. */
import { createTelemetry } from '@millrace/shared/platform/telemetry';
import { addPartition } from '@millrace/shared/testing/add-partition';
import {
  createTestDatabase,
  queueBackends,
  silent,
  type TestDatabase,
  testQueue,
} from '@millrace/shared/testing/database';
import { eventually } from '@millrace/shared/testing/eventually';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createAnswerCache } from '../../src/cache/answer-cache.js';
import type { AnswerKey, AnswerStore } from '../../src/cache/answer-store.js';
import type { CacheableQuery } from '../../src/cache/cacheable-query.js';
import type { Reader } from '../../src/cache/compute-answer.js';
import { inSnapshot } from '../../src/reading/in-snapshot.js';
import { type CachedApp, createCachedApp, openStore } from './cached-apps.js';
import { writeEvents } from './write-events.js';

const range = { from: new Date('2026-06-01T00:00:00Z'), to: new Date('2026-06-02T00:00:00Z') };
let database: TestDatabase;
let apps: CachedApp[] = [];
/** What the next computations wait for between reading their data and returning. */
let waits: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  await addPartition(database.pool, '2026-05-01', '2026-07-01');
});
afterAll(() => database.drop());
beforeEach(async () => {
  await database.empty();
  waits = [];
});
afterEach(async () => {
  await Promise.all(apps.map((app) => app.close()));
  apps = [];
});

const write = () => writeEvents(database.pool, 'demo', ['2026-06-01T12:00:00Z']);
const cacheable: CacheableQuery = {
  ...{ kind: 'query', siteId: 'demo', request: 'x', sources: ['events'], needsEvents: false },
  resolve: () => ({
    ...{ meaning: [range], span: range, isTransient: false },
    async read(client) {
      const { rows } = await client.query<{ events: number }>('select count(*)::int as events from events');
      await waits.shift()?.();
      return { fields: { events: rows[0]!.events }, meta: {} };
    },
  }),
};

async function ask({ cache, pool }: Pick<CachedApp, 'cache' | 'pool'>, maxStaleMs?: number) {
  const read: Reader = (budget, work) => inSnapshot(pool, (client) => work(client, {}), { signal: budget.signal });
  const given = (await cache.get(cacheable, { read, maxStaleMs }))!;
  return { ...(JSON.parse(given.body.toString()) as { events: number }), computedAt: given.computedAt };
}

const shortWait = { holdMs: 10_000, renewMs: 3_000, pollMs: 20, maxWaitMs: 50 };
/** Accepts answers of any age. */
const anyAge = Number.POSITIVE_INFINITY;

/** Holds the next computation after it has read its data. */
function holdNext() {
  const held = { isBegun: false, release: () => {} };
  const wait = new Promise<void>((resolve) => {
    held.release = resolve;
  });
  waits.push(() => {
    held.isBegun = true;
    return wait;
  });
  return held;
}

describe.each(queueBackends)('with the store of a queue on %s', (backend) => {
  function start(count: number, clock = () => new Date()): CachedApp[] {
    const location = testQueue(backend, database);
    const options = { lockTimes: shortWait, clock };
    const started = Array.from({ length: count }, () => createCachedApp(database.url, location, options));
    apps.push(...started);
    return started;
  }

  it('keeps the newer answer when an older computation of the same process ends after it', async () => {
    const [app] = start(1);
    const held = holdNext();
    await write();
    const slow = ask(app!);
    await eventually(async () => held.isBegun, 'the older computation has read its data');
    await write();
    expect((await ask(app!)).events).toBe(2);
    held.release();
    expect((await slow).events).toBe(1);
    // With a version that none of the answers has.
    await write();
    expect((await ask(app!, anyAge)).events).toBe(2);
  });

  it('keeps the newer answer when an older computation of another process ends after it', async () => {
    const [one, other, third] = start(3);
    const held = holdNext();
    await write();
    const slow = ask(one!);
    await eventually(async () => held.isBegun, 'the older computation has read its data');
    await write();
    expect((await ask(other!)).events).toBe(2);
    held.release();
    expect((await slow).events).toBe(1);
    await write();
    expect((await ask(third!, anyAge)).events).toBe(2);
  });

  it('measures the age of an answer from when its data was read', async () => {
    let now = Date.now();
    const [app] = start(1, () => new Date(now));
    const held = holdNext();
    await write();
    const slow = ask(app!);
    await eventually(async () => held.isBegun, 'the computation has read its data');
    const readBy = now;
    now += 60_000;
    held.release();
    expect((await slow).computedAt).toBeLessThanOrEqual(readBy);
  });

  it('releases a lock that was acquired too late', async () => {
    const location = testQueue(backend, database);
    const [other] = start(1);
    const { pool } = other!;
    const store = openStore(location, pool, 1e7);
    let key: AnswerKey | undefined;
    let answerAtLast = () => {};
    const isGivenUp = new Promise<void>((resolve) => {
      answerAtLast = resolve;
    });
    const late: AnswerStore = {
      ...store,
      async getOrLock(...args) {
        const opened = await store.getOrLock(...args);
        [key] = args;
        await isGivenUp;
        return opened;
      },
    };
    const lockTimes = { ...shortWait, holdMs: 600_000 };
    const telemetry = createTelemetry();
    const cache = createAnswerCache({ pool, store: late, logger: silent, telemetry, maxBytes: 1e7, lockTimes });
    await write();
    expect((await ask({ cache, pool })).events).toBe(1);
    answerAtLast();
    const isFree = async () => (await store.getOrLock(key!, 'another process', 60_000)).kind === 'locked';
    await eventually(isFree, 'the lock is free');
    store.close();
  });
});
