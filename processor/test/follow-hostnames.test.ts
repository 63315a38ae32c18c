/** Rows of referrers when the hostnames of their site change, or when a release that does not know them has rolled. */
import { heldSince } from '@millrace/shared/rollups';
import { createTestDatabase, type TestDatabase } from '@millrace/shared/testing/database';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { ensureMonths } from '../src/events/ensure-partitions.js';
import { insertEvents } from '../src/events/insert-events.js';
import { claimSite } from '../src/rollups/claim-site.js';
import { fillDimensions } from '../src/rollups/fill-dimensions.js';
import { findSites } from '../src/rollups/find-sites.js';
import { rollIntervals } from '../src/rollups/roll-intervals.js';
import { rollSite } from '../src/rollups/roll-site.js';
import { runVerify } from '../src/verify/verify-run.js';
import { runCommand } from './run-command.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  await ensureMonths(database.pool, ['2026-09', '2026-10', '2026-11']);
});
afterAll(() => database.drop());
beforeEach(async () => {
  await sql(
    'truncate events, sites, rollup_marks, rollup_day_marks, site_rollups, visitors, rollup_15m, rollup_days, segments, segment_values, raw_horizon',
  );
  await store('2026-09-05', '2026-11-05', '2026-11-09', '2026-11-10');
});

const now = new Date('2026-11-10T12:07:00Z');
const closed = new Date('2026-11-10T12:00:00Z');
const sql = (text: string) => database.pool.query(text);
const roll = () => rollSite(database.pool, 'demo', { now });
const setHosts = (...hosts: string[]) => sql(`update sites set hostnames = '{${hosts}}'`);
let nextId = 1;

/** Three events a day: of the shop, of another site, and of no referrer. */
const store = (...days: string[]) =>
  insertEvents(
    database.pool,
    JSON.stringify(
      days.flatMap((day) =>
        ['https://shop.example/', 'https://ref.example/', undefined].map((referrer) => ({
          ...{ site_id: 'demo', event_type: 'view', path: '/', user_id: 'ada', referrer },
          timestamp: `${day}T10:00:00Z`,
          event_id: `0190a5b0-7c3d-7000-8000-${String(nextId++).padStart(12, '0')}`,
        })),
      ),
    ),
  );

const heldText = `select ${heldSince} -> 'referrer' as since from sites join site_rollups rolled using (site_id)`;
const held = async () => (await sql(heldText)).rows[0].since;

async function eventsByHost(): Promise<Record<string, number>> {
  const { rows } = await sql(
    `select value, sum(events)::int as events from rollup_days where dimension = 'referrer' group by 1 order by 1`,
  );
  return Object.fromEntries(rows.map(({ value, events }) => [value, events]));
}

async function expectClean(byHost: Record<string, number>): Promise<void> {
  expect(await held()).toBe('-infinity');
  expect(await eventsByHost()).toEqual(byHost);
  const args = ['--site', 'demo', '--from', '2026-09-01', '--to', '2026-11-10T12:00:00Z'];
  expect(await runCommand(runVerify, args, database.url)).toMatchObject({ code: 0 });
}

const foreign = { direct: 3, 'ref.example': 3, 'shop.example': 3 };
const own = { direct: 6, 'ref.example': 3 };

it('a site whose hostnames are known before its first roll needs no second one', async () => {
  await setHosts('shop.example');
  await roll();
  await expectClean(own);
  await sql('delete from rollup_day_marks');
  expect(await findSites(database.pool, now)).toEqual([]);
});

it('a change takes rows back at once, asks for a roll, and the roll makes them again', async () => {
  await roll();
  await expectClean(foreign);
  await sql('delete from rollup_day_marks');
  await setHosts('shop.example');
  expect(await held()).toBe(null);
  expect(await findSites(database.pool, now)).toEqual(['demo']);
  await roll();
  await expectClean(own);
  await setHosts();
  await roll();
  await expectClean(foreign);
});

it('rows of dropped raw events keep the hosts of their time, and nothing asks for them again', async () => {
  await roll();
  await sql(`insert into raw_horizon (since) values ('2026-10-01T00:00:00Z')`);
  await sql(`delete from events where timestamp < '2026-10-01T00:00:00Z'`);
  await setHosts('shop.example');
  await roll();
  expect(await eventsByHost()).toEqual({ direct: 5, 'ref.example': 3, 'shop.example': 1 });
  expect(await held()).toBe('-infinity');
});

it('a change during a roll is not undone by the rows of that roll', async () => {
  await roll();
  await store('2026-11-08');
  await claimSite(database.pool, 'demo', async (client, site) => {
    await setHosts('shop.example');
    return rollIntervals(client, site, closed, 100);
  });
  expect(await held()).toBe(null);
  await roll();
  await expectClean({ direct: 8, 'ref.example': 4 });
});

it('a change amid filling in begins again, also one there and back', async () => {
  await roll();
  await setHosts('shop.example');
  const step = () => claimSite(database.pool, 'demo', (client, site) => fillDimensions(client, site, closed));
  await step();
  await step();
  await setHosts('ref.example');
  expect(await held()).toBe(null);
  await claimSite(database.pool, 'demo', async (client, site) => {
    await setHosts();
    return fillDimensions(client, site, closed);
  });
  expect(await held()).toBe(null);
  await setHosts('ref.example');
  expect(await held()).toBe('2026-11-10T12:00:00.000Z');
  await roll();
  await expectClean({ direct: 6, 'shop.example': 3 });
});

it('rows of a release that does not know hostnames are not taken for right, and made again', async () => {
  await setHosts('shop.example');
  await roll();
  // The claim of 0.3.0, and rows as it would write them.
  await sql(`update site_rollups set rolled_at = now() where site_id = 'demo'`);
  await sql(`update rollup_days set value = 'www.ref.example' where dimension = 'referrer' and value = 'ref.example'`);
  expect(await held()).toBe(null);
  await sql('delete from rollup_day_marks');
  expect(await findSites(database.pool, now)).toEqual(['demo']);
  await roll();
  await expectClean(own);
});

it('a site that such a release rolled first is rolled again', async () => {
  await sql(`insert into site_rollups (site_id, timezone, detail_since) values ('demo', 'UTC', '2026-11-02Z')`);
  await sql(`update site_rollups set rolled_at = now()`);
  expect(await held()).toBe(null);
  await roll();
  await expectClean(foreign);
});
