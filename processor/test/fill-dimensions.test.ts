/** A dimension without rows, as after an upgrade that adds one: rolls fill it in, and nothing else changes. */
import { createTestDatabase, type TestDatabase } from '@millrace/shared/testing/database';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ensureMonths } from '../src/events/ensure-partitions.js';
import { insertEvents } from '../src/events/insert-events.js';
import { claimSite } from '../src/rollups/claim-site.js';
import { fillDimensions } from '../src/rollups/fill-dimensions.js';
import { findSites } from '../src/rollups/find-sites.js';
import { rollSite } from '../src/rollups/roll-site.js';
import { runVerify } from '../src/verify/verify-run.js';
import { expectedDays, expectedIntervals, storedDays, storedIntervals, type TestEvent } from './rollup-rows.js';
import { runCommand } from './run-command.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  await ensureMonths(database.pool, ['2026-09', '2026-10', '2026-11']);
});
afterAll(() => database.drop());
beforeEach(() =>
  sql(
    'truncate events, sites, rollup_marks, rollup_day_marks, site_rollups, visitors, rollup_15m, rollup_days, segments, segment_values',
  ),
);

const now = new Date('2026-11-10T12:07:00Z');
const closed = new Date('2026-11-10T12:00:00Z');
const detailSince = '2026-11-02T00:00:00Z';
const sql = (text: string) => database.pool.query(text);
const roll = () => rollSite(database.pool, 'demo', { now });
let nextId = 1;

const event = (timestamp: string, fields: Partial<TestEvent> = {}): TestEvent => ({
  site_id: 'demo',
  timestamp,
  event_id: `0190a5b0-7c3d-7000-8000-${String(nextId++).padStart(12, '0')}`,
  event_type: 'view',
  path: '/',
  ...fields,
});

/** Over 60 days, of users with and without a name; today among them. */
const variedEvents = () =>
  Array.from({ length: 200 }, (_, index) =>
    event(new Date(closed.getTime() - 1 - ((index * 7_919_317) % (60 * 86_400)) * 1_000).toISOString(), {
      path: `/page/${index % 5}`,
      ...(index % 4 > 0 && { user_id: `user-${(index * 31) % 17}` }),
      ...(index % 2 > 0 && { profile_id: `profile-${index % 3}` }),
    }),
  );

async function store(events: TestEvent[]): Promise<TestEvent[]> {
  await insertEvents(database.pool, JSON.stringify(events));
  return events;
}

/** What an upgrade finds: nothing of the dimensions, and nothing that says they are there. */
const forget = async (...names: string[]) => {
  for (const name of names) {
    await sql(`delete from rollup_days where dimension = '${name}'`);
    await sql(`delete from rollup_15m where dimension = '${name}'`);
    await sql(`update site_rollups set dimensions_since = dimensions_since - '${name}'`);
  }
};

const since = async () => (await sql('select dimensions_since from site_rollups')).rows[0]?.dimensions_since;
const complete = { all: '-infinity', path: '-infinity', referrer: '-infinity', profile: '-infinity' };

async function expectExact(events: TestEvent[], zone = 'UTC'): Promise<void> {
  expect(await storedIntervals(database.pool, 'demo')).toEqual(expectedIntervals(events, detailSince));
  expect(await storedDays(database.pool, 'demo')).toEqual(expectedDays(events, zone, '2026-11-10'));
  expect(await since()).toEqual(complete);
}

describe('a roll', () => {
  it('fills missing dimensions in, and is asked for by them alone', async () => {
    const events = await store(variedEvents());
    await roll();
    // The mark of today, which waits for tomorrow, asks for a roll a little early.
    await sql('delete from rollup_day_marks');
    expect(await findSites(database.pool, now)).toEqual([]);
    await forget('path', 'profile');
    expect(await findSites(database.pool, now)).toEqual(['demo']);
    expect(await roll()).toMatchObject({ intervals: 0, days: 0, rows: expect.any(Number) });
    await expectExact(events);
    expect(await findSites(database.pool, now)).toEqual([]);
    expect(await roll()).toMatchObject({ rows: 0 });
  });

  it('replaces rows of an earlier time when the dimension was rolled', async () => {
    const events = await store([...variedEvents(), event('2026-11-05T10:00:00Z'), event('2026-10-05T10:00:00Z')]);
    await roll();
    await sql(`update site_rollups set dimensions_since = dimensions_since - 'path'`);
    await sql(`update rollup_days set value = '/stale' where dimension = 'path'`);
    await sql(`update rollup_15m set events = 99 where dimension = 'path'`);
    // Days that no other dimension has any more.
    await sql(`insert into rollup_days select site_id, '2026-09-01', dimension, event_type, value, events, visitor_count, visitors
      from rollup_days where dimension = 'path' limit 1`);
    await roll();
    await expectExact(events);
  });

  it('goes on after an interruption, newest day first, with what is complete noted at each step', async () => {
    const events = await store(variedEvents());
    await roll();
    await forget('path');
    const step = () => claimSite(database.pool, 'demo', (client, site) => fillDimensions(client, site, closed));
    const noted: string[] = [];
    for (let count = 0; count < 5; count += 1) {
      await step();
      noted.push((await since()).path);
    }
    expect(noted[0]).toBe('2026-11-10T12:00:00.000Z');
    expect(noted[1]).toBe('2026-11-10T00:00:00.000Z');
    expect([...noted].sort().reverse()).toEqual(noted);
    expect((await sql(`select min(day)::text as day from rollup_days where dimension = 'path'`)).rows[0].day).toBe(
      noted[4]!.slice(0, 10),
    );
    await roll();
    await expectExact(events);
  });

  it('keeps what marks change meanwhile, and a change of the time zone', async () => {
    const events = await store(variedEvents());
    await roll();
    await forget('referrer');
    await claimSite(database.pool, 'demo', (client, site) => fillDimensions(client, site, closed));
    const late = await store([
      event('2026-11-09T10:00:00Z', { user_id: 'late' }),
      event('2026-10-01T10:00:00Z', { user_id: 'very late' }),
    ]);
    await sql(`update sites set timezone = 'America/New_York'`);
    await roll();
    await expectExact([...events, ...late], 'America/New_York');
  });

  it('of a new site has nothing to fill in', async () => {
    await store(variedEvents());
    await roll();
    expect(await since()).toEqual(complete);
  });

  it('forgets dimensions of another release, so that they are not taken for complete', async () => {
    await store([event('2026-11-05T10:00:00Z')]);
    await roll();
    await sql(`update site_rollups set dimensions_since = dimensions_since || '{"later":"-infinity"}'`);
    await store([event('2026-11-05T10:00:00Z')]);
    await roll();
    expect(await since()).toEqual(complete);
  });
});

it('verify compares dimensions where they are complete', async () => {
  await store(variedEvents());
  await roll();
  await forget('path');
  const args = ['--site', 'demo', '--from', '2026-09-01', '--to', '2026-11-10'];
  expect(await runCommand(runVerify, args, database.url)).toMatchObject({ code: 0 });
  await roll();
  await sql(`update rollup_days set events = 99 where dimension = 'path'`);
  expect(await runCommand(runVerify, args, database.url)).toMatchObject({ code: 1 });
});
