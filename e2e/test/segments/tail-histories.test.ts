/** Questions about today while events are stored, rolled and erased, several at a time: each is answered like plain SQL in its snapshot. */
import { eraseUser } from '@millrace/processor/erase/erase-user';
import { ensureMonths } from '@millrace/processor/events/ensure-partitions';
import { insertEvents, plainStatement } from '@millrace/processor/events/insert-events';
import { rollSite } from '@millrace/processor/rollups/roll-site';
import { answerQuery } from '@millrace/reporting/query/answer-query';
import { readRaw } from '@millrace/reporting/query/read-raw';
import { inSnapshot } from '@millrace/reporting/reading/in-snapshot';
import { createSegmentEngine, type SegmentEngine } from '@millrace/reporting/segments/segment-engine';
import type { PoolClient } from '@millrace/shared/postgres';
import { createRandom } from '@millrace/shared/testing/create-random';
import { createTestDatabase, silent, type TestDatabase } from '@millrace/shared/testing/database';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { randomEvents } from './random-events.js';
import { randomQuestion } from './random-questions.js';

const seed = Number(process.env.TEST_SEED ?? Date.now() % 1_000_000);
const random = createRandom(seed);
const minute = 60_000;
const start = new Date('2026-11-10T12:07:00Z').getTime();
/** Moves on with the history. */
let now = new Date(start);

let database: TestDatabase;
let engine: SegmentEngine;
beforeAll(async () => {
  database = await createTestDatabase();
  await ensureMonths(database.pool, ['2026-10', '2026-11', '2026-12']);
  engine = createSegmentEngine({ threads: 2, cacheMb: 8, leastTail: 1 }, silent);
});
afterAll(async () => {
  await engine.pool.close();
  await database.drop();
});

/** Most of them of the last minutes, some late, some of a day to come. */
function events(count: number): string {
  const list = randomEvents(random, count, now).map((event) => {
    const back = random.pick([minute, 5 * minute, 5 * minute, 40 * minute, 26 * 60 * minute, -23 * 60 * minute]);
    return { ...event, timestamp: new Date(now.getTime() - Math.floor(random() * back)).toISOString() };
  });
  return JSON.stringify(list);
}

/** Stored, and not committed yet. */
const open: PoolClient[] = [];

async function storeInTransaction(): Promise<void> {
  const client = await database.pool.connect();
  await client.query('begin');
  await client.query(plainStatement, [events(5)]);
  open.push(client);
}

async function endTransaction(how: 'commit' | 'rollback'): Promise<void> {
  const client = open.shift();
  await client?.query(how);
  client?.release();
}

/** Ends what a roll or an erasure would wait for. */
async function endAll(): Promise<void> {
  while (open.length > 0) await endTransaction(random.pick(['commit', 'commit', 'rollback']));
}

/** As from another server, in the same partition and with its mark. */
async function storeForeign(): Promise<void> {
  const { rows } = await database.pool.query<{ txid: string }>('select pg_current_xact_id()::text as txid');
  const txid = Number(rows[0]!.txid) + random.pick([3, 10, 30, 1_000_000]);
  await database.pool.query(
    `with given as (select $1::timestamptz - random() * interval '10 minutes' as timestamp), marks as (
      insert into rollup_marks (site_id, interval_start)
      select 'demo', date_bin('15 minutes', timestamp, timestamptz '2000-01-01Z') from given)
    insert into events (site_id, timestamp, event_id, event_type, path, user_id, txid)
    select 'demo', timestamp, gen_random_uuid(), 'view', '/foreign', 'user-1', $2 from given`,
    [now, txid],
  );
}

const store = () => insertEvents(database.pool, events(1 + random.below(30)));

async function erase(): Promise<void> {
  await endAll();
  await eraseUser(database.pool, { siteId: 'demo', userId: `user-${random.below(40)}`, dryRun: random() < 0.3 });
}

async function waitSomeMinutes(): Promise<void> {
  now = new Date(now.getTime() + random.below(20) * minute);
}

const actions: [times: number, act: () => Promise<unknown>][] = [
  [20, store],
  [4, () => (open.length < 3 ? storeInTransaction() : endTransaction('commit'))],
  [6, () => endTransaction(random.pick(['commit', 'rollback']))],
  [2, storeForeign],
  [2, () => rollSite(database.pool, 'demo', { now })],
  [2, waitSomeMinutes],
  [1, erase],
];
const drawn = actions.flatMap(([times, act]) => Array.from({ length: times }, () => act));

/** Its range ends in the interval that is open, or after it, more often than not. */
function questionOfToday() {
  const question = randomQuestion(
    random,
    random() < 0.3 ? now : new Date(now.getTime() + random.below(25) * 60 * minute),
  );
  return question;
}

async function compare(question: ReturnType<typeof questionOfToday>): Promise<void> {
  const [ours, plain] = await inSnapshot(database.pool, async (client) => {
    // Some have had their snapshot for a while when they get to the tail.
    if (random() < 0.3) await client.query('select pg_sleep(0.02) from sites');
    return [await answerQuery(client, question, { engine }), await readRaw(client, question)] as const;
  });
  const { source: _ours, ...answer } = ours;
  expect(answer, `seed ${seed}, ${JSON.stringify(question)}`).toEqual(plain);
}

it('answers like plain SQL whatever happens between and beside its questions', async () => {
  await insertEvents(database.pool, events(300));
  await rollSite(database.pool, 'demo', { now: new Date(start - 60 * minute) });
  for (let step = 0; step < 80; step += 1) {
    const asked = Promise.all(Array.from({ length: 1 + random.below(4) }, () => compare(questionOfToday())));
    await Promise.all([random.pick(drawn)(), asked]);
    await Promise.all(Array.from({ length: 2 }, () => compare(questionOfToday())));
  }
  await endAll();
  await compare(questionOfToday());
  expect(engine.memory.tail('demo')!.intervals.size).toBeGreaterThan(0);
});
