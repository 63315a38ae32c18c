import { inTransaction } from '@millrace/shared/postgres';
import { createTestDatabase, type TestDatabase } from '@millrace/shared/testing/database';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ensureMonths } from '../src/events/ensure-partitions.js';
import { summarizePartitions } from '../src/events/summarize-partitions.js';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
  await ensureMonths(database.pool, ['2026-06', '2026-07']);
});
afterAll(() => database.drop());

/** All in one transaction, as in an import. */
const store = (from: string, events: number) =>
  database.pool.query(
    `insert into events (event_id, site_id, event_type, path, user_id, timestamp, properties)
     select gen_random_uuid(), 's', 'view', '/', 'u', $1::timestamptz + n * interval '1 second', '{}'
     from generate_series(1, $2) as n`,
    [from, events],
  );

/** Pages that are read to find what is newer than all there is. */
async function pagesRead(partition: string): Promise<number> {
  const text = `explain (analyze, format json) select * from ${partition} where txid >= 9000000000000000`;
  const { rows } = await inTransaction(
    database.pool,
    (client) => client.query<{ 'QUERY PLAN': [{ Plan: Record<string, number> }] }>(text),
    'begin; set local enable_seqscan = off',
  );
  return rows[0]!['QUERY PLAN'][0].Plan['Lossy Heap Blocks']!;
}

test('what was just stored is not read to find what comes after it', async () => {
  await store('2026-06-01T00:00:00Z', 8_000);
  await store('2026-07-01T00:00:00Z', 10);
  expect(await pagesRead('events_2026_06')).toBeGreaterThan(50);
  const done = new Map<string, string>();
  await summarizePartitions(database.pool, done);
  expect(await pagesRead('events_2026_06')).toBe(0);
  await store('2026-06-02T00:00:00Z', 8_000);
  await summarizePartitions(database.pool, done);
  expect(await pagesRead('events_2026_06')).toBe(0);
});

test('the index of a locked partition is completed later, those of the others at once', async () => {
  await store('2026-06-03T00:00:00Z', 8_000);
  await store('2026-07-03T00:00:00Z', 8_000);
  const done = new Map<string, string>();
  const client = await database.pool.connect();
  try {
    await client.query('begin; lock table events_2026_06 in share update exclusive mode');
    await summarizePartitions(database.pool, done);
  } finally {
    await client.query('rollback');
    client.release();
  }
  expect(await pagesRead('events_2026_07')).toBe(0);
  expect(await pagesRead('events_2026_06')).toBeGreaterThan(50);
  await summarizePartitions(database.pool, done);
  expect(await pagesRead('events_2026_06')).toBe(0);
});
