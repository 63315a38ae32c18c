/** Requests while events arrive: answers are never older than the request, and few computations serve many requests. */

import { setTimeout as pause } from 'node:timers/promises';
import { addPartition } from '@millrace/shared/testing/add-partition';
import { createTestDatabase, queueBackends, type TestDatabase, testQueue } from '@millrace/shared/testing/database';
import { eventually } from '@millrace/shared/testing/eventually';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CacheableQuery } from '../../src/cache/cacheable-query.js';
import type { Reader } from '../../src/cache/compute-answer.js';
import { inSnapshot } from '../../src/reading/in-snapshot.js';
import { type CachedApp, type CachedAppOptions, createCachedApp } from './cached-apps.js';
import { writeEvents } from './write-events.js';

const range = { from: new Date('2026-06-01T00:00:00Z'), to: new Date('2026-06-02T00:00:00Z') };
let database: TestDatabase;
let apps: CachedApp[];
beforeAll(async () => {
  database = await createTestDatabase();
  await addPartition(database.pool, '2026-05-01', '2026-07-01');
});
afterAll(() => database.drop());
beforeEach(async () => {
  apps = [];
  await database.empty();
});
afterEach(() => Promise.all(apps.map((app) => app.close())));

const lockTimes = { holdMs: 10_000, renewMs: 3_000, pollMs: 20, maxWaitMs: 50 };
const write = () => writeEvents(database.pool, 'demo', ['2026-06-01T12:00:00Z']);

/** Counts the events, after `work`; `zone` is part of the query's meaning. */
function countingQuery(work: () => Promise<unknown>, zone = 'UTC') {
  const counted = { begun: 0, running: 0, most: 0, query: undefined as unknown as CacheableQuery };
  counted.query = {
    ...{ kind: 'query', siteId: 'demo', request: 'x', sources: ['events'], needsEvents: false },
    resolve: () => ({
      ...{ meaning: [range, zone], span: range, isTransient: false },
      async read(client) {
        counted.begun += 1;
        counted.running += 1;
        counted.most = Math.max(counted.most, counted.running);
        const { rows } = await client.query<{ events: number }>('select count(*)::int as events from events');
        await work();
        counted.running -= 1;
        return { fields: { events: rows[0]!.events, zone }, meta: {} };
      },
    }),
  };
  return counted;
}

async function ask({ cache, pool }: CachedApp, { query }: { query: CacheableQuery }) {
  const read: Reader = (budget, work) => inSnapshot(pool, (client) => work(client, {}), { signal: budget.signal });
  const { body, status } = (await cache.get(query, { read }))!;
  return { ...(JSON.parse(body.toString()) as { events: number; zone: string }), status };
}

describe.each(queueBackends)('with the store on %s', (backend) => {
  function open(count: number, options?: CachedAppOptions): CachedApp[] {
    const location = testQueue(backend, database);
    apps = Array.from({ length: count }, () => createCachedApp(database.url, location, options));
    return apps;
  }

  it('serves a thousand requests in three processes up-to-date answers with few computations', async () => {
    const processes = open(3);
    const computeMs = 100;
    const counted = countingQuery(() => pause(computeMs));
    const pending: Promise<boolean>[] = [];
    const startedAt = performance.now();
    for (let events = 1; events <= 100; events += 1) {
      await write();
      for (let caller = 0; caller < 10; caller += 1) {
        pending.push(ask(processes[caller % 3]!, counted).then((answer) => answer.events >= events));
      }
    }
    expect(new Set(await Promise.all(pending))).toEqual(new Set([true]));
    // One after the other, however many versions there were in between.
    expect(counted.most).toBe(1);
    expect(counted.begun).toBeLessThanOrEqual((performance.now() - startedAt) / computeMs + 1);
  });

  it('shares its answer with a request made before an event that the computation saw', async () => {
    const [one, other] = open(2) as [CachedApp, CachedApp];
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const counted = countingQuery(() => held);
    const first = ask(one, counted);
    await eventually(async () => counted.begun === 1, 'the first computation has taken its snapshot');
    await write();
    const late = [ask(one, counted), ask(other, counted), ask(one, counted), ask(other, counted)];
    release();
    expect((await first).events).toBe(0);
    expect((await Promise.all(late)).map(({ events }) => events)).toEqual([1, 1, 1, 1]);
    expect(counted.begun).toBe(2);
  });

  it('does not use a newer answer with another meaning', async () => {
    const [one, other] = open(2) as [CachedApp, CachedApp];
    await write();
    await ask(
      one,
      countingQuery(async () => {}, 'Europe/Berlin'),
    );
    await eventually(async () => (await other.cache.store.size()).entries === 1, 'it is in the store');
    expect(
      await ask(
        other,
        countingQuery(async () => {}),
      ),
    ).toEqual({ events: 1, zone: 'UTC', status: 'miss' });
    expect(
      (
        await ask(
          one,
          countingQuery(async () => {}),
        )
      ).zone,
    ).toBe('UTC');
  });

  it('stops waiting for a computation that started before the request, and computes in parallel', async () => {
    const [app] = open(1, { lockTimes }) as [CachedApp];
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const counted = countingQuery(() => (counted.begun === 1 ? held : Promise.resolve()));
    const first = ask(app, counted);
    await eventually(async () => counted.begun === 1, 'the first computation is running');
    await write();
    expect((await Promise.all([ask(app, counted), ask(app, counted)])).map(({ events }) => events)).toEqual([1, 1]);
    // On a busy machine the second caller stops waiting only after the first one has an answer.
    expect([2, 3]).toContain(counted.begun);
    release();
    expect((await first).events).toBe(0);
  });

  it('does the same when another process computes', async () => {
    const [one, other] = open(2, { lockTimes }) as [CachedApp, CachedApp];
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const counted = countingQuery(() => (counted.begun === 1 ? held : Promise.resolve()));
    const first = ask(one, counted);
    await eventually(async () => counted.begun === 1, 'the first computation is running');
    await write();
    expect((await Promise.all([ask(other, counted), ask(other, counted)])).map(({ events }) => events)).toEqual([1, 1]);
    // On a busy machine the second caller stops waiting only after the first one has an answer.
    expect([2, 3]).toContain(counted.begun);
    release();
    expect((await first).events).toBe(0);
  });

  it('keeps waiting for a computation of the same data, in any process', async () => {
    const [one, other] = open(2, { lockTimes }) as [CachedApp, CachedApp];
    const counted = countingQuery(() => pause(500));
    await Promise.all([ask(one, counted), ask(other, counted), ask(one, counted), ask(other, counted)]);
    expect(counted.begun).toBe(1);
  });
});
