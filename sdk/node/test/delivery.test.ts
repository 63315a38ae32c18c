/** From `track()` to table `events`, through a network that loses, rejects and duplicates requests. */
import { createRandom } from '@millrace/shared/testing/create-random';
import { eventsStored, type Stack, startStack } from '@millrace/shared/testing/stack';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { createMillrace, type MillraceOptions, type Problem } from '../src/millrace.js';
import { type Fault, type FaultProxy, startFaultProxy } from './fault-proxy.js';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack.stop());
beforeEach(async () => {
  await stack.database.pool.query('truncate events');
});

interface Row {
  event_id: string;
  path: string;
  user_id: string | null;
  at: string;
  properties: unknown;
}

async function storedRows(): Promise<Row[]> {
  const sql = `select event_id, path, user_id, properties,
      to_char(timestamp at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at
    from events order by path`;
  return (await stack.database.pool.query<Row>(sql)).rows;
}

/** Tracks `count` events over several turns of the event loop, and resolves when they are delivered or dropped. */
async function trackMany(url: string, count: number, options: Partial<MillraceOptions> = {}) {
  const problems: Problem[] = [];
  const client = createMillrace({
    url,
    site: 'sdk',
    random: () => 0.99,
    timeoutMs: 60_000,
    onError: (it) => problems.push(it),
    ...options,
  });
  const timestamps: string[] = [];
  for (let number = 0; number < count; number += 1) {
    timestamps.push(new Date(Date.UTC(2025, 10, 14) + number * 7).toISOString());
    client.track({
      event_type: 'view',
      path: `/page/${String(number).padStart(5, '0')}`,
      user_id: `user-${number % 50}`,
      timestamp: timestamps[number],
      properties: { number, text: `Grüße ${number}` },
    });
    if (number % 37 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  await client.flush();
  const { unsent } = await client.shutdown();
  return { problems, timestamps, dropped: client.dropped, unsent };
}

async function throughFaults(nextFault: () => Fault, maxBytes?: number): Promise<FaultProxy> {
  return startFaultProxy({ target: stack.ingestionUrl, nextFault, ...(maxBytes !== undefined && { maxBytes }) });
}

async function expectStored(timestamps: string[]): Promise<void> {
  await eventsStored(stack.database, timestamps.length);
  const rows = await storedRows();
  expect(rows.map(({ event_id: _, ...row }) => row)).toEqual(
    timestamps.map((at, number) => ({
      path: `/page/${String(number).padStart(5, '0')}`,
      user_id: `user-${number % 50}`,
      at,
      properties: { number, text: `Grüße ${number}` },
    })),
  );
  expect(new Set(rows.map(({ event_id: id }) => id)).size).toBe(timestamps.length);
}

it('stores each of 5,000 events once when nothing goes wrong', async () => {
  const proxy = await throughFaults(() => 'pass');
  const { problems, timestamps, dropped, unsent } = await trackMany(proxy.url, 5_000);
  expect({ problems, dropped, unsent }).toEqual({ problems: [], dropped: 0, unsent: 0 });
  await expectStored(timestamps);
  await proxy.close();
});

it.each([1, 2, 3])('stores each of 2,000 events once when every third request fails (seed %i)', async (seed) => {
  const random = createRandom(seed);
  const faults: Fault[] = ['lose', 'lose', 'cut', 502, 503, 429];
  const proxy = await throughFaults(() => (random() < 0.35 ? random.pick(faults) : 'pass'), 40_000);
  const { problems, timestamps, dropped, unsent } = await trackMany(proxy.url, 2_000);
  expect({ dropped, unsent }).toEqual({ dropped: 0, unsent: 0 });
  const failed = proxy.outcomes.filter((what) => what !== 'pass' && what !== 413).length;
  expect(proxy.outcomes).toContain('lose');
  expect(proxy.outcomes).toContain(413);
  expect(problems.map(({ reason }) => reason)).toEqual(Array(failed).fill('retrying'));
  await expectStored(timestamps);
  await proxy.close();
});

it('halves batches until they fit, and drops only the event that is too large by itself', async () => {
  const proxy = await throughFaults(() => 'pass', 5_000);
  const problems: Problem[] = [];
  const client = createMillrace({ url: proxy.url, site: 'sdk', onError: (problem) => problems.push(problem) });
  const texts = Array.from({ length: 60 }, (_, number) => (number === 31 ? 'x'.repeat(6_000) : 'small'));
  for (const [number, text] of texts.entries()) {
    client.track({ event_type: 'view', path: `/${number}`, properties: { text } });
  }
  await client.flush();
  expect(problems).toEqual([expect.objectContaining({ reason: 'too_large', count: 1, status: 413 })]);
  expect(problems[0]?.lost).toEqual([{ body: expect.objectContaining({ path: '/31' }) }]);
  expect(client.dropped).toBe(1);
  await eventsStored(stack.database, 59);
  const stored = new Set((await storedRows()).map(({ path }) => path));
  expect(stored).toEqual(new Set(texts.flatMap((_, number) => (number === 31 ? [] : [`/${number}`]))));
  await proxy.close();
});

it('reports each rejected event with its reason, and never resends it', async () => {
  const proxy = await throughFaults(() => 'pass');
  const problems: Problem[] = [];
  const client = createMillrace({ url: proxy.url, site: 'sdk', onError: (problem) => problems.push(problem) });
  client.track({ event_type: 'view', path: '/good' });
  client.track({ event_type: 'view', path: '/bad', user_id: '' });
  client.track({ event_type: 'view', path: '/good too' });
  await client.flush();
  const rejection = { reason: 'empty', field: 'user_id', message: 'user_id must not be empty; leave it out instead' };
  expect(problems).toEqual([
    {
      reason: 'rejected',
      message: `the server rejected 1 of 3 events: ${rejection.message}`,
      count: 1,
      status: 200,
      lost: [{ body: expect.objectContaining({ path: '/bad', user_id: '' }), rejection }],
    },
  ]);
  await client.shutdown();
  expect({ happened: proxy.outcomes, dropped: client.dropped }).toEqual({ happened: ['pass'], dropped: 1 });
  await eventsStored(stack.database, 2);
  expect((await storedRows()).map(({ path }) => path)).toEqual(['/good', '/good too']);
  await proxy.close();
});

it('counts all rejected events, although the server names only the first thousand', async () => {
  const problems: Problem[] = [];
  const client = createMillrace({ url: stack.ingestionUrl, site: 'sdk', onError: (problem) => problems.push(problem) });
  for (let number = 0; number < 1_500; number += 1) client.track({ event_type: 'view', session_id: '' });
  client.track({ event_type: 'view', path: '/good' });
  await client.flush();
  expect(problems.map(({ reason, count, status, lost }) => ({ reason, count, status, lost: lost.length }))).toEqual([
    { reason: 'rejected', count: 1_500, status: 200, lost: 1_000 },
  ]);
  for (let number = 0; number < 3; number += 1) client.track({ event_type: '' });
  await client.flush();
  expect(problems.map(({ reason, count, status }) => ({ reason, count, status }))[1]).toEqual({
    reason: 'rejected',
    count: 3,
    status: 400,
  });
  expect(client.dropped).toBe(1_503);
  await eventsStored(stack.database, 1);
});

it('sends typed events as the server expects them', async () => {
  const problems: Problem[] = [];
  const client = createMillrace({ url: stack.ingestionUrl, site: 'sdk', onError: (problem) => problems.push(problem) });
  const money = { amount: '12.50', currency: 'EUR' };
  const tournament = { tournament_id: 'c1', format: 'swiss', players: 8 };
  client.track({ event_type: 'signup', user_id: 'ada' });
  client.track({ event_type: 'payment', properties: { ...money, transaction_id: 't1', status: 'succeeded' } });
  client.track({
    event_type: 'payment',
    properties: { ...money, transaction_id: 't2', status: 'failed', interval: 'month', subscription_id: 's1' },
  });
  client.track({ event_type: 'refund', properties: { ...money, transaction_id: 't1' } });
  client.track({ event_type: 'revenue', properties: money });
  client.track({ event_type: 'cost', properties: { ...money, category: 'ai', feature: 'chat' } });
  client.track({ event_type: 'subscription_changed', user_id: 'ada', properties: { ...money, interval: 'year' } });
  client.track({ event_type: 'subscription_canceled', user_id: 'ada' });
  client.track({ event_type: 'tournament_created', properties: tournament });
  client.track({
    event_type: 'tournament_completed',
    properties: { ...tournament, duration_minutes: 90, revenue: 5, currency: 'EUR' },
  });
  await client.shutdown();
  expect(problems).toEqual([]);
  await eventsStored(stack.database, 10);
});
