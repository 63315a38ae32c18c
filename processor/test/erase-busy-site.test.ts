/** Erases a site while it is rolled and while events of it and of other sites arrive. */
import { createTestDatabase, type TestDatabase } from '@millrace/shared/testing/database';
import { eventually } from '@millrace/shared/testing/eventually';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { aggregateSite } from '../src/aggregations/aggregate-site.js';
import { readSiteTables } from '../src/erase/erase-chunks.js';
import { eraseUser } from '../src/erase/erase-user.js';
import { ensureMonths } from '../src/events/ensure-partitions.js';
import { insertEvents } from '../src/events/insert-events.js';
import { calculateMetrics } from '../src/metrics/calculate-metrics.js';
import { createRollConsumer } from '../src/rollups/consume-rolls.js';
import { markRange } from '../src/rollups/mark-range.js';
import { rollSite } from '../src/rollups/roll-site.js';

let database: TestDatabase;
const now = new Date('2026-11-10T12:07:00Z');
const sql = async (text: string, values: unknown[] = []) => (await database.pool.query(text, values)).rows;

beforeAll(async () => {
  database = await createTestDatabase();
  await ensureMonths(database.pool, ['2026-10', '2026-11']);
});
afterAll(() => database.drop());
beforeEach(async () => {
  for (const { name } of await readSiteTables(database.pool)) await sql(`delete from ${name}`);
});

let number = 0;
const events = (site_id: string, count: number) =>
  Array.from({ length: count }, () => ({
    site_id,
    timestamp: new Date(Date.UTC(2026, 9, 20) + 60_000 * (number++ % 30_000)).toISOString(),
    event_id: crypto.randomUUID(),
    event_type: 'view',
    path: '/',
    user_id: `user-${number}`,
  }));
const insert = (...batch: object[]) => insertEvents(database.pool, JSON.stringify(batch));
const roll = (site_id: string) => createRollConsumer(database.pool, () => now).consume({ site_id }, () => {});
const ask = (site: string) => sql('update sites set erase_requested_at = now() where site_id = $1', [site]);
const aggregate = (site: string) => aggregateSite(database.pool, site, { now, onProgress: () => {} });

/** Tables with rows of the site. */
async function tablesOf(site: string): Promise<string[]> {
  const found: string[] = [];
  for (const { name } of await readSiteTables(database.pool)) {
    if ((await sql(`select 1 from ${name} where site_id = $1 limit 1`, [site])).length > 0) found.push(name);
  }
  return found;
}

const payment = (site_id: string) => ({
  ...events(site_id, 1)[0],
  event_type: 'payment',
  properties: { transaction_id: `t${number}`, amount: '5', currency: 'EUR', status: 'succeeded', interval: 'month' },
});
const count = async (site: string) =>
  (await sql('select count(*)::int as n from events where site_id = $1', [site]))[0].n as number;

const isAwaitingWriters = async () =>
  (
    await sql(`select 1 from pg_stat_activity where state = 'idle in transaction' and query like '%writersOfSites%'
      and datname = current_database()`)
  ).length === 1;

it('leaves a site to a running roll, without blocking events of any site', async () => {
  await insert(...events('gone', 10), ...events('stays', 10));
  await roll('gone');
  await ask('gone');
  const holder = await database.pool.connect();
  await holder.query(`begin; select 1 from site_rollups where site_id = 'gone' for update`);
  expect(await roll('gone')).toMatchObject({ skipped: expect.any(String) });
  await insert(...events('gone', 1), ...events('stays', 1));
  await holder.query('commit');
  holder.release();
  await roll('gone');
  expect([await count('gone'), await count('stays')]).toEqual([0, 11]);
  expect(await sql('select site_id from sites')).toEqual([{ site_id: 'stays' }]);
});

it('erases events that were being stored when it started, without blocking other sites', async () => {
  await insert(...events('gone', 10), ...events('stays', 10));
  await ask('gone');
  const storing = await database.pool.connect();
  const [late] = events('gone', 1);
  const columns = 'site_id, timestamp, event_id, event_type, path';
  await storing.query(`begin; insert into sites (site_id) values ('gone') on conflict do nothing`);
  await storing.query(`insert into events (${columns}) select ${columns} from json_populate_record(null::events, $1)`, [
    late,
  ]);
  const erased = roll('gone');
  await eventually(isAwaitingWriters, 'the erasure waits for the event');
  await insert(...events('stays', 1));
  const again = insert(...events('gone', 3));
  await insert(...events('stays', 1));
  await storing.query('commit');
  storing.release();
  await Promise.all([erased, again]);
  expect([await count('gone'), await count('stays')]).toEqual([3, 12]);
  expect((await sql('select site_id from sites order by 1')).map(({ site_id }) => site_id)).toEqual(['gone', 'stays']);
});

/** How many sessions are waiting for a lock. */
const waiting = async () =>
  (await sql(`select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`)).length;

const metrics = { metricType: 'revenue', periodType: 'day', period: 'current', at: now.toISOString() } as const;

it.each([
  ['an aggregation', () => aggregate('gone')],
  ['a roll', () => rollSite(database.pool, 'gone', { now })],
  ['a measurement', () => calculateMetrics({ ...metrics, pool: database.pool, siteId: 'gone', timezone: 'UTC' })],
  ['a rebuild', () => markRange(database.pool, 'gone', new Date(0), now)],
  ['the erasure of a user', () => eraseUser(database.pool, { siteId: 'gone', userId: 'ada', dryRun: false })],
])('leaves nothing of a site if %s starts while its last rows are deleted', async (_, begin) => {
  await insert(...events('gone', 10), payment('gone'));
  await sql(`insert into visitors (site_id, user_id, visitor_no) values ('gone', 'zoe', 1)`);
  await ask('gone');
  const holder = await database.pool.connect();
  await holder.query('begin; select 1 from visitors for update');
  const erased = roll('gone');
  await eventually(async () => (await waiting()) === 1, 'all but the last table is empty');
  let isOver = false;
  const begun = begin().finally(() => {
    isOver = true;
  });
  await eventually(async () => isOver || (await waiting()) === 2, 'it has ended, or waits for the erasure');
  await holder.query('commit');
  holder.release();
  await Promise.all([erased, begun]);
  expect(await tablesOf('gone')).toEqual([]);
  await begin();
  expect(await tablesOf('gone')).toEqual([]);
});

it('erases more rows than one chunk, from every table', async () => {
  await sql(`insert into sites (site_id, erase_requested_at) values ('gone', now()), ('stays', null)`);
  for (const site of ['gone', 'stays']) {
    await sql(
      `insert into visitors (site_id, user_id, visitor_no) select $1, 'user-' || n, n from generate_series(1, 20500) n`,
      [site],
    );
    await sql(
      `insert into events (site_id, timestamp, event_id, event_type, path)
       select $1, timestamptz '2026-10-30Z' + n * interval '10 s', gen_random_uuid(), 'view', '/' from generate_series(1, 25000) n`,
      [site],
    );
  }
  await roll('gone');
  const left = async (table: string) =>
    (await sql(`select site_id, count(*)::int as n from ${table} group by 1`)) as { site_id: string; n: number }[];
  expect(await left('events')).toEqual([{ site_id: 'stays', n: 25_000 }]);
  expect(await left('visitors')).toEqual([{ site_id: 'stays', n: 20_500 }]);
  expect(await left('sites')).toEqual([{ site_id: 'stays', n: 1 }]);
});

it('leaves no event without a site however erasures, rolls and events interleave', async () => {
  let isOver = false;
  let stored = 0;
  const storing = [0, 1, 2].map(async () => {
    while (!isOver) {
      await insert(...events('gone', 2), payment('gone'));
      await insert(...events('stays', 2), ...events('gone', 1));
      stored += 2;
    }
  });
  const rolling = ['gone', 'stays'].map(async (site) => {
    while (!isOver) await roll(site);
  });
  const aggregating = ['gone', 'stays'].map(async (site) => {
    while (!isOver) await aggregate(site);
  });
  for (let round = 0; round < 15; round += 1) {
    await eventually(async () => (await count('gone')) > 0, 'the site exists again');
    await ask('gone');
    await Promise.all([roll('gone'), roll('gone')]);
  }
  isOver = true;
  await Promise.all([...storing, ...rolling, ...aggregating]);
  expect(await count('stays')).toBe(stored);
  expect(await sql('select distinct site_id from events where site_id not in (select site_id from sites)')).toEqual([]);
  await insert(...events('gone', 1));
  await ask('gone');
  await eventually(async () => !('skipped' in (await roll('gone'))), 'it is erased for good');
  expect(await tablesOf('gone')).toEqual([]);
});
