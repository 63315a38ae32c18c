/** The change counters that cached answers depend on never decrease, see migration 0018. */
import { createTestDatabase, type TestDatabase } from '@millrace/shared/testing/database';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { eraseUser } from '../src/erase/erase-user.js';
import { ensureMonths } from '../src/events/ensure-partitions.js';
import { insertEvents } from '../src/events/insert-events.js';
import { markRange } from '../src/rollups/mark-range.js';
import { rollSite } from '../src/rollups/roll-site.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  await ensureMonths(database.pool, ['2026-09', '2026-10']);
});
afterAll(() => database.drop());
beforeEach(() => database.empty());

const now = new Date('2026-10-10T12:07:00Z');
let nextId = 1;
const store = (...timestamps: string[]) =>
  insertEvents(
    database.pool,
    JSON.stringify(
      timestamps.map((timestamp) => ({
        event_id: `0190a5b0-7c3d-7000-8000-${String(nextId++).padStart(12, '0')}`,
        ...{ site_id: 'demo', timestamp, event_type: 'view', path: '/', user_id: 'ada' },
      })),
    ),
  );
const roll = () => rollSite(database.pool, 'demo', { now });
const sql = async <Row extends object>(text: string) => (await database.pool.query<Row>(text)).rows;

/** Current and processed marks by UTC day. */
async function changes(): Promise<Record<string, number>> {
  const rows = await sql<{ day: string; changes: number }>(`select day::text, sum(changes)::int as changes from (
    select day, changes from site_changes where site_id = 'demo'
    union all select (interval_start at time zone 'UTC')::date, 1 from rollup_marks where site_id = 'demo') as all_changes
    group by day order by day`);
  return Object.fromEntries(rows.map(({ day, changes }) => [day, changes]));
}
const state = async () =>
  (
    await sql<{ epoch: string; isCounted: boolean }>(
      `select epoch, rolled_at = changes_at as "isCounted" from site_rollups where site_id = 'demo'`,
    )
  )[0];

it('count marks by day when a roll takes them, and those of the open interval once it has ended', async () => {
  await store('2026-10-08T00:00:00Z', '2026-10-08T23:59:59Z', '2026-10-09T00:00:00Z');
  await store('2026-10-08T00:01:00Z', '2026-10-10T12:05:00Z');
  const expected = { '2026-10-08': 3, '2026-10-09': 1, '2026-10-10': 1 };
  expect(await changes()).toEqual(expected);
  await roll();
  expect(await sql('select 1 from rollup_marks')).toHaveLength(1);
  expect(await changes()).toEqual(expected);
  await roll();
  expect(await changes()).toEqual(expected);
  await store('2026-10-09T00:00:30Z');
  await rollSite(database.pool, 'demo', { now: new Date('2026-10-10T12:20:00Z') });
  expect(await changes()).toEqual({ ...expected, '2026-10-09': 2 });
});

it('count a requested recomputation like newly stored events', async () => {
  await store('2026-10-08T00:00:00Z');
  await roll();
  await markRange(database.pool, 'demo', new Date('2026-10-08T00:00:00Z'), new Date('2026-10-09T00:00:00Z'));
  await roll();
  expect(await changes()).toEqual({ '2026-10-08': 2 });
});

it('count an erasure, which also changes the epoch and deletes cached answers of the site; a dry run changes nothing', async () => {
  await store('2026-10-08T00:00:00Z');
  await database.pool.query(`insert into cache_entries
    select site, 'events:x', 'v', '[]', 'null', '{}', 2, now(), now() from unnest(array['demo', 'other']) as site`);
  const erase = (dryRun: boolean) => eraseUser(database.pool, { siteId: 'demo', userId: 'ada', dryRun });
  const kept = async () =>
    (await sql<{ site_id: string }>('select site_id from cache_entries order by 1')).map((row) => row.site_id);
  await erase(true);
  expect([await changes(), await kept()]).toEqual([{ '2026-10-08': 1 }, ['demo', 'other']]);
  await erase(false);
  expect([await changes(), await kept()]).toEqual([{ '2026-10-08': 2 }, ['other']]);
  expect(await state()).toEqual({ epoch: '1', isCounted: true });
  await roll();
  expect(await changes()).toEqual({ '2026-10-08': 2 });
});

it('detect a roll of release 0.4, which counts nothing, in the next roll', async () => {
  await store('2026-10-08T00:00:00Z');
  await roll();
  expect(await state()).toEqual({ epoch: '0', isCounted: true });
  await sql(`update site_rollups set rolled_at = now(), hosts_rolled_at = now() where site_id = 'demo'`);
  expect(await state()).toEqual({ epoch: '0', isCounted: false });
  await store('2026-10-08T00:00:00Z');
  await roll();
  expect(await state()).toEqual({ epoch: '1', isCounted: true });
  await roll(); // Purges the rebuilt segments, after which readers discard cached values.
  expect(await state()).toEqual({ epoch: '2', isCounted: true });
  await roll();
  expect(await state()).toEqual({ epoch: '2', isCounted: true });
});
