/** One computation for equal requests in all processes, even if the computing process or the store fails. */
import { setTimeout as pause } from 'node:timers/promises';
import type { QueueLocation } from '@millrace/shared/platform/config';
import {
  createTestDatabase,
  queueBackends,
  silent,
  type TestDatabase,
  testQueue,
} from '@millrace/shared/testing/database';
import { eventually } from '@millrace/shared/testing/eventually';
import { createRedisServer, type RedisServer } from '@millrace/shared/testing/redis-server';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { GetOptions } from '../../src/cache/answer-cache.js';
import type { CacheableQuery } from '../../src/cache/cacheable-query.js';
import type { Reader } from '../../src/cache/compute-answer.js';
import { nameOf } from '../../src/cache/lookup.js';
import { openRedis } from '../../src/cache/open-redis.js';
import { inSnapshot } from '../../src/reading/in-snapshot.js';
import { type CachedApp, type CachedAppOptions, createCachedApp } from './cached-apps.js';

const range = { from: new Date('2026-06-01T00:00:00Z'), to: new Date('2026-06-02T00:00:00Z') };
let database: TestDatabase;
let apps: CachedApp[];
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  apps = [];
  await database.empty();
});
afterEach(() => Promise.all(apps.map((app) => app.close())));

function open(location: QueueLocation, options?: CachedAppOptions): CachedApp {
  const app = createCachedApp(database.url, location, options);
  apps.push(app);
  return app;
}

interface Counted {
  query: CacheableQuery;
  begun: number;
  stopped: number;
}

/** Counts its computations, each of which takes as long as `work`. */
function countedQuery(work: (signal: AbortSignal) => Promise<unknown> = () => pause(300), request = 'x'): Counted {
  const counted: Counted = { begun: 0, stopped: 0, query: undefined as never };
  counted.query = {
    ...{ kind: 'query', siteId: 'demo', request, sources: ['events'], needsEvents: false },
    resolve: () => ({
      ...{ meaning: range, span: range, isTransient: false },
      async read(_client, _admit, signal) {
        counted.begun += 1;
        signal.addEventListener('abort', () => {
          counted.stopped += 1;
        });
        await work(signal);
        return { fields: { number: counted.begun }, meta: {} };
      },
    }),
  };
  return counted;
}

/** The text of an answer. */
const moment = { version: 'v', meaning: 'm', position: '1' };

function ask({ cache, pool }: CachedApp, { query }: Counted, more: Partial<GetOptions> = {}) {
  const read: Reader = (budget, work) => inSnapshot(pool, (client) => work(client, {}), { signal: budget.signal });
  return cache.get(query, { read, ...more });
}
const textOf = async (answer: ReturnType<typeof ask>) => (await answer)!.body.toString();

describe.each(queueBackends)('with the store on %s', (backend) => {
  const location = () => testQueue(backend, database);
  const times = { holdMs: 400, renewMs: 100, pollMs: 20, maxWaitMs: 5_000 };

  it('serves a thousand requests in three processes with one computation', async () => {
    const place = location();
    const processes = [open(place), open(place), open(place)];
    const counted = countedQuery();
    const answers = await Promise.all(
      Array.from({ length: 1_000 }, (_, index) => textOf(ask(processes[index % 3]!, counted))),
    );
    expect(new Set(answers)).toEqual(new Set(['{"number":1}']));
    expect(counted.begun).toBe(1);
    expect(processes.map(({ cache }) => cache.stats().computations).sort()).toEqual([0, 0, 1]);
  });

  it('takes over a computation only when its process has died', async () => {
    const place = location();
    const [one, other] = [open(place, { lockTimes: times }), open(place, { lockTimes: times })];
    const counted = countedQuery(() => pause(1_500));
    const slow = ask(one, counted);
    await eventually(async () => counted.begun === 1, 'the computation has started');
    // It runs for longer than a lock is held.
    expect(await textOf(ask(other, counted))).toBe('{"number":1}');
    await slow;

    const lost = countedQuery(() => pause(10), 'y');
    const found = { siteId: 'demo', name: nameOf(lost.query) };
    const { version = '', meaning, position } = (await ask(one, lost))!;
    await eventually(
      async () => (await other.cache.store.newest('demo', found.name)) !== undefined,
      'it is in the store',
    );
    await one.cache.store.remove('*');
    for (const { cache } of [one, other]) cache.clear();
    const key = { ...found, version, meaning, position };
    expect(await one.cache.store.getOrLock(key, 'a process that died', 700)).toEqual({ kind: 'locked' });
    expect(await other.cache.store.getOrLock(key, 'another', 700)).toMatchObject({ kind: 'wait' });
    expect(await textOf(ask(other, lost))).toBe('{"number":2}');
  });

  it('does not share a failure with other processes: the next one computes', async () => {
    const place = location();
    const [one, other] = [open(place), open(place)];
    let failures = 0;
    const counted = countedQuery(async () => {
      await pause(100);
      failures += 1;
      if (failures === 1) throw new Error('the first one fails');
    });
    await expect(ask(one, counted)).rejects.toThrow('the first one fails');
    expect(await textOf(ask(other, counted))).toBe('{"number":2}');
  });

  it('cancels the statement when the last caller leaves, and the next caller starts a new one', async () => {
    const app = open(location());
    const leaving = new AbortController();
    const counted = countedQuery((signal) => pause(60_000, undefined, { signal }).catch(() => {}));
    const pending = ask(app, counted, { signal: leaving.signal });
    await eventually(async () => counted.begun === 1, 'the computation has started');
    leaving.abort();
    await expect(pending).rejects.toMatchObject({ code: 'query_timeout' });
    expect(counted.stopped).toBe(1);
    const next = countedQuery(() => Promise.resolve());
    expect(await textOf(ask(app, next))).toBe('{"number":1}');
  });

  it('keeps memory and store within their limits', async () => {
    const app = open(location(), { maxBytes: 20_000, sharedBytes: 40_000 });
    const large = { fields: { text: 'x'.repeat(3_000) } };
    for (let number = 0; number < 40; number += 1) {
      const { query } = countedQuery(() => Promise.resolve(), String(number));
      const resolved = query.resolve({ siteKnown: false, siteTimezone: 'UTC', hasDailyVisitors: false });
      const counted = {
        query: { ...query, resolve: () => ({ ...resolved, read: async () => large }) },
        begun: 0,
        stopped: 0,
      };
      await ask(app, counted);
      await app.cache.store.size();
    }
    const { bytes, entries } = app.cache.stats();
    expect(bytes).toBeLessThanOrEqual(20_000);
    expect(entries).toBe(5);
    await eventually(async () => (await app.cache.store.size()).entries > 5, 'the store has more than the memory');
    await app.cache.store.cleanUp();
    const size = await app.cache.store.size();
    expect(size.bytes).toBeLessThanOrEqual(40_000);
    expect(size.bytes).toBeGreaterThan(30_000);
  });

  it('cleans up expired answers and those of sites that have changed', async () => {
    const app = open(location());
    await database.pool.query(`insert into sites (site_id) values ('demo'), ('other')`);
    const entry = (identity: string) => ({
      ...moment,
      identity,
      body: Buffer.from('{}'),
      meta: undefined,
      computedAt: 1,
    });
    const { rows } = await database.pool.query<{ at: string }>(
      `select extract(epoch from created_at)::text as at from sites where site_id = 'demo'`,
    );
    const { store } = app.cache;
    await store.put('demo', 'query:demo:good', entry(`[${rows[0]!.at}, 0, 7]`), 60_000);
    await store.put('demo', 'query:demo:erased', entry(`[${rows[0]!.at}, 1, 7]`), 60_000);
    await store.put('gone', 'query:gone:x', entry(`[${rows[0]!.at}, 0, 7]`), 60_000);
    await store.put('demo', 'query:demo:old', entry(`[${rows[0]!.at}, 0, 7]`), 50);
    await eventually(async () => (await store.newest('demo', 'query:demo:old')) === undefined, 'one has expired');
    expect(await store.cleanUp()).toBe(3);
    expect(await store.size()).toMatchObject({ entries: 1 });
    expect(await store.newest('demo', 'query:demo:good')).toMatchObject({ version: 'v' });
  });
});

it('computes answers while their table is missing', async () => {
  const app = open({ kind: 'postgres', url: database.url, prefix: 'millrace' });
  await database.pool.query('alter table cache_locks rename to cache_locks_elsewhere');
  try {
    expect(
      await textOf(
        ask(
          app,
          countedQuery(() => Promise.resolve()),
        ),
      ),
    ).toBe('{"number":1}');
  } finally {
    await database.pool.query('alter table cache_locks_elsewhere rename to cache_locks');
  }
});

it('does not wait for the cleanup of the table, which runs once at a time', async () => {
  const app = open({ kind: 'postgres', url: database.url, prefix: 'millrace' }, { sharedBytes: 10_000 });
  const { store } = app.cache;
  const entry = { ...moment, identity: '[null, 0, null]', body: Buffer.alloc(3_000), meta: undefined, computedAt: 1 };
  const holder = await database.pool.connect();
  await holder.query('begin; lock table cache_locks in access exclusive mode');
  for (let number = 0; number < 8; number += 1) await store.put('demo', `query:demo:${number}`, entry, 60_000);
  await eventually(async () => {
    const { rows } = await database.pool.query<{ cleanings: number }>(
      `select count(*)::int as cleanings from pg_stat_activity
      where datname = current_database() and query ~ '^/\\* reporting.sitesOfOldLocks' and wait_event_type = 'Lock'`,
    );
    return rows[0]!.cleanings === 1;
  }, 'one cleanup waits for the table');
  await holder.query('commit');
  holder.release();
  await eventually(async () => (await store.size()).bytes <= 10_000, 'the cleanup is done');
});

describe.runIf(queueBackends.includes('redis'))('a Redis', () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await createRedisServer();
    await redis.start();
  });
  afterAll(() => redis.remove());

  it('that is down or hangs does not prevent answers, and is used again once it is back', async () => {
    const app = open({ kind: 'redis', url: redis.url, prefix: 'millrace' });
    const answered = (request: string) =>
      textOf(
        ask(
          app,
          countedQuery(() => Promise.resolve(), request),
        ),
      );
    expect(await answered('before')).toBe('{"number":1}');
    await redis.signal('SIGSTOP');
    expect(await answered('hanging')).toBe('{"number":1}');
    await redis.signal('SIGCONT');
    await redis.signal('SIGKILL');
    expect(await answered('down')).toBe('{"number":1}');
    await redis.start();
    let number = 0;
    await eventually(async () => {
      number += 1;
      await answered(`back ${number}`);
      return (await app.cache.store.size()).entries > 1;
    }, 'answers are in the store again');
  });

  it('whose keys were removed by hand is used again after the next cleanup', async () => {
    const location: QueueLocation = { kind: 'redis', url: redis.url, prefix: 'damaged' };
    const { store } = open(location, { sharedBytes: 5_000 }).cache;
    const entry = { ...moment, identity: '[]', body: Buffer.alloc(3_000), meta: undefined, computedAt: 1 };
    await store.put('demo', 'query:demo:a', entry, 60_000);
    const direct = openRedis(location, silent, 800);
    await direct.del('{damaged-cache}:sizes', '{damaged-cache}:order');
    direct.disconnect();
    await store.put('demo', 'query:demo:b', entry, 60_000);
    expect(await store.size()).toEqual({ entries: 0, bytes: 3_500 });
    await store.cleanUp();
    for (const name of ['query:demo:c', 'query:demo:d']) await store.put('demo', name, entry, 60_000);
    expect(await store.size()).toEqual({ entries: 1, bytes: 3_500 });
  });
});
