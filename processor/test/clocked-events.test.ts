/** Retries of events with a corrected clock arrive at different times and are stored once. */
import { serializeEvent, validateEvent } from '@millrace/shared/contract/event';
import { createTelemetry } from '@millrace/shared/platform/telemetry';
import { createTestDatabase, silent, type TestDatabase } from '@millrace/shared/testing/database';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { createBatchConsumer } from '../src/events/consume-batches.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  await database.pool.query(
    'truncate events, sites, dead_letter_events, rollup_marks, clocked_events, event_duplicates',
  );
});

const base = { site_id: 'demo', event_type: 'view', path: '/', timestamp: '2026-10-30T03:00:00Z', event_id: 'a' };

/** The same event, sent and received at the given times. */
function delivery(sent_at: string | undefined, arrived: string, fields: object = {}): string {
  const result = validateEvent({ ...base, sent_at, ...fields }, Date.parse(arrived));
  if (!result.ok) throw new Error(result.message);
  return serializeEvent(result.event);
}

const processor = () => createBatchConsumer(database.pool, createTelemetry(), silent);
const job = (id: string, texts: string[]) => ({
  id,
  data: { v: 1 as const, count: texts.length, events: `[${texts.join(',')}]` },
});

async function storedTimes(): Promise<string[]> {
  const { rows } = await database.pool.query<{ timestamp: Date }>('select timestamp from events order by timestamp');
  return rows.map(({ timestamp }) => timestamp.toISOString());
}
async function duplicates(): Promise<number> {
  const { rows } = await database.pool.query('select coalesce(sum(duplicates), 0)::int as n from event_duplicates');
  return rows[0].n;
}

/** Around the end of a month, with a client clock 20 hours and 20 seconds behind and a different delay for each attempt. */
const attempts = [
  delivery('2026-10-31T03:40:00Z', '2026-10-31T23:59:59.000Z'),
  delivery('2026-10-31T03:40:02Z', '2026-11-01T00:00:03.500Z'),
  delivery('2026-10-31T03:40:00Z', '2026-11-01T06:00:00Z'),
  delivery('2026-10-31T03:39:59Z', '2026-11-25T00:00:00Z'),
];

it('stores consecutive deliveries once, with the time of the first', async () => {
  const consumer = processor();
  for (const [index, text] of attempts.entries()) await consumer.consume(job(`j${index}`, [text]));
  expect(await storedTimes()).toEqual(['2026-10-30T23:19:59.000Z']);
  expect(await duplicates()).toBe(attempts.length - 1);
});

it('stores deliveries in two different months once, whichever arrives first', async () => {
  const late = (arrived: string) => delivery('2026-10-30T03:00:01Z', arrived);
  await processor().consume(job('a', [late('2026-11-01T00:00:01Z')]));
  await processor().consume(job('b', [late('2026-10-31T23:59:00Z')]));
  expect(await storedTimes()).toEqual(['2026-11-01T00:00:00.000Z']);
});

it('stores two deliveries in one batch once', async () => {
  await processor().consume(job('a', [...attempts, ...attempts]));
  expect(await storedTimes()).toHaveLength(1);
  expect(await duplicates()).toBe(2 * attempts.length - 1);
});

it('stores deliveries once that many processors write concurrently', async () => {
  const ids = Array.from({ length: 20 }, (_, index) => `e${index}`);
  const all = (arrived: string) => ids.map((event_id) => delivery('2026-10-31T03:40:00Z', arrived, { event_id }));
  const arrivals = Array.from({ length: 24 }, (_, index) => new Date(Date.UTC(2026, 9, 31, 12 + index)).toISOString());
  await Promise.all(
    arrivals.map((arrived, index) =>
      processor().consume(job(`j${index}`, index % 2 ? all(arrived) : all(arrived).reverse())),
    ),
  );
  expect(await storedTimes()).toHaveLength(ids.length);
  const { rows } = await database.pool.query(
    'select count(*)::int as n from events join clocked_events using (site_id, event_id, timestamp)',
  );
  expect(rows).toEqual([{ n: ids.length }]);
});

it('stores a delivery without correction and a late retry of the same bytes once', async () => {
  const prompt = delivery('2026-10-30T03:00:01Z', '2026-10-30T03:00:02Z');
  const late = delivery('2026-10-30T03:00:01Z', '2026-10-30T03:10:00Z');
  for (const order of [
    [prompt, late],
    [late, prompt],
  ]) {
    await database.pool.query('truncate events, clocked_events');
    for (const text of order) await processor().consume(job('j', [text]));
    expect(await storedTimes()).toHaveLength(1);
    await database.pool.query('truncate events, clocked_events');
    await Promise.all(order.map((text, index) => processor().consume(job(`p${index}`, [text]))));
    expect(await storedTimes()).toHaveLength(1);
  }
});

it('distinguishes events with the same id by their timestamps, as without sent_at', async () => {
  const other = delivery('2026-10-31T03:40:00Z', '2026-11-01T00:00:00Z', { timestamp: '2026-10-30T03:00:00.000001Z' });
  await processor().consume(job('a', [attempts[0]!, other]));
  expect(await storedTimes()).toHaveLength(2);
});

it('remembers nothing of a delivery that could not be stored, so that the next one is stored', async () => {
  const text = delivery('2026-10-31T03:40:00Z', '2026-11-01T00:00:00Z', {
    event_id: '0190a5b0-7c3d-7000-8000-000000000001',
  });
  await processor().consume(job('bad', [text.replace('"path":"/"', '"path":"\\u0000"')]));
  expect(await storedTimes()).toEqual([]);
  await processor().consume(job('good', [text]));
  expect(await storedTimes()).toHaveLength(1);
});

it('stores events without sent_at unchanged, and remembers nothing about them', async () => {
  await processor().consume(job('a', [delivery(undefined, '2026-10-31T00:00:00Z')]));
  expect(await storedTimes()).toEqual(['2026-10-30T03:00:00.000Z']);
  expect((await database.pool.query('select 1 from clocked_events')).rowCount).toBe(0);
});
