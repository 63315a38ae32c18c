import { inTransaction, type Pool, type PoolClient } from '@millrace/shared/platform/postgres';
import { createTestDatabase, silent, type TestDatabase } from '@millrace/shared/testing/database';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ensureMonths } from '../src/events/ensure-partitions.js';
import { startSummarizing, summarizePartitions } from '../src/events/summarize-partitions.js';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
  await ensureMonths(database.pool, ['2026-06', '2026-07']);
  // Only the code under test summarizes the index.
  for (const name of ['events_2026_06', 'events_2026_07']) {
    await database.pool.query(`alter table ${name} set (autovacuum_enabled = off)`);
    await database.pool.query(`alter index ${name}_txid_idx set (autosummarize = off)`);
  }
});
afterAll(() => database.drop());

/** Stores all events in one transaction, like an import. */
const store = (from: string, events: number) =>
  database.pool.query(
    `insert into events (event_id, site_id, event_type, path, user_id, timestamp, properties)
     select gen_random_uuid(), 's', 'view', '/', 'u', $1::timestamptz + n * interval '1 second', '{}'
     from generate_series(1, $2) as n`,
    [from, events],
  );

/** One check that must not fail. */
const look = (done: Map<string, string>, pool = database.pool) =>
  summarizePartitions(
    pool,
    done,
    (error) => {
      throw error;
    },
    new AbortController().signal,
  );

/** The pool, with `query` in place of its clients' method. */
const poolWith = (query: (client: PoolClient, text: string, values: unknown[]) => Promise<unknown>) =>
  Object.assign(Object.create(database.pool) as Pool, {
    async connect() {
      const client = await database.pool.connect();
      const wrapped = (text: string, values: unknown[]) => query(client, text, values);
      return Object.assign(Object.create(client) as PoolClient, { query: wrapped });
    },
  });

/** Pages read to find events newer than all existing ones. */
async function pagesRead(partition: string): Promise<number> {
  const text = `explain (analyze, format json) select * from ${partition} where txid >= 9000000000000000`;
  const { rows } = await inTransaction(
    database.pool,
    (client) => client.query<{ 'QUERY PLAN': [{ Plan: Record<string, number> }] }>(text),
    'begin; set local enable_seqscan = off',
  );
  return rows[0]!['QUERY PLAN'][0].Plan['Lossy Heap Blocks']!;
}

test('events that were just stored are not read when looking for newer ones', async () => {
  await store('2026-06-01T00:00:00Z', 8_000);
  await store('2026-07-01T00:00:00Z', 10);
  expect(await pagesRead('events_2026_06')).toBeGreaterThan(50);
  const done = new Map<string, string>();
  await look(done);
  expect(await pagesRead('events_2026_06')).toBe(0);
  await store('2026-06-02T00:00:00Z', 8_000);
  await look(done);
  expect(await pagesRead('events_2026_06')).toBe(0);
});

test('the index of a locked partition is summarized later, those of the others immediately', async () => {
  await store('2026-06-03T00:00:00Z', 8_000);
  await store('2026-07-03T00:00:00Z', 8_000);
  const done = new Map<string, string>();
  const client = await database.pool.connect();
  try {
    await client.query('begin; lock table events_2026_06 in share update exclusive mode');
    await look(done);
  } finally {
    await client.query('rollback');
    client.release();
  }
  expect(await pagesRead('events_2026_07')).toBe(0);
  expect(await pagesRead('events_2026_06')).toBeGreaterThan(50);
  await look(done);
  expect(await pagesRead('events_2026_06')).toBe(0);
});

test('a partition that is dropped during a check does not hold up the others', async () => {
  await store('2026-06-05T00:00:00Z', 8_000);
  await ensureMonths(database.pool, ['2026-08']);
  await store('2026-08-01T00:00:00Z', 10);
  const pool = poolWith(async (client, text, values) => {
    if (text.includes('summarizePartition')) await database.pool.query('drop table if exists events_2026_08');
    return client.query(text, values);
  });
  const done = new Map<string, string>();
  await look(done, pool);
  expect([...done.keys()].sort()).toEqual(['events_2026_06', 'events_2026_07']);
  expect(await pagesRead('events_2026_06')).toBe(0);
});

test('a partition that cannot be summarized is logged, and the others are summarized', async () => {
  await store('2026-06-07T00:00:00Z', 8_000);
  const errors: unknown[] = [];
  const pool = poolWith((client, text, values) =>
    values?.[0] === 'events_2026_07_txid_idx' ? client.query('select 1 / 0') : client.query(text, values),
  );
  await summarizePartitions(pool, new Map(), (error) => errors.push(error), new AbortController().signal);
  expect(errors).toMatchObject([{ code: '22012' }]);
  expect(await pagesRead('events_2026_06')).toBe(0);
});

test('stopping waits for the check in progress, which skips the remaining partitions', async () => {
  await store('2026-06-09T00:00:00Z', 8_000);
  await store('2026-07-09T00:00:00Z', 8_000);
  const logged: unknown[] = [];
  const logger = Object.assign(Object.create(silent) as typeof silent, { error: (line: unknown) => logged.push(line) });
  const summarized: unknown[] = [];
  await new Promise<void>((resolve, reject) => {
    const pool = poolWith((client, text, values) => {
      if (text.includes('summarizePartition')) {
        summarized.push(values[0]);
        stop().then(resolve, reject);
      }
      return client.query(text, values);
    });
    const stop = startSummarizing(pool, logger);
  });
  expect(await pagesRead('events_2026_06')).toBeGreaterThan(50);
  expect([summarized, logged]).toEqual([['events_2026_07_txid_idx'], []]);
});
