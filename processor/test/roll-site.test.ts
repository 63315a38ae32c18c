import { createTestDatabase, type TestDatabase } from '@millrace/shared/testing/database';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ensureMonths } from '../src/events/ensure-partitions.js';
import { insertEvents } from '../src/events/insert-events.js';
import { busy, claimSite } from '../src/rollups/claim-site.js';
import { sitesToRoll } from '../src/rollups/find-sites.js';
import { markRange } from '../src/rollups/mark-range.js';
import { rollIntervals } from '../src/rollups/roll-intervals.js';
import { type RollSummary, rollSite } from '../src/rollups/roll-site.js';
import { expectedDays, expectedIntervals, storedDays, storedIntervals, type TestEvent } from './rollup-rows.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  await ensureMonths(database.pool, ['2026-08', '2026-09', '2026-10', '2026-11']);
});
afterAll(() => database.drop());
beforeEach(() =>
  database.pool.query(
    'truncate events, sites, rollup_marks, rollup_day_marks, site_rollups, visitors, rollup_15m, rollup_days, segments, segment_values',
  ),
);

const now = new Date('2026-11-10T12:07:00Z');
const closed = new Date('2026-11-10T12:00:00Z');
let nextId = 1;

function event(timestamp: string, fields: Partial<TestEvent> = {}): TestEvent {
  const event_id = `0190a5b0-7c3d-7000-8000-${String(nextId++).padStart(12, '0')}`;
  return { site_id: 'demo', timestamp, event_id, event_type: 'view', path: '/', ...fields };
}

/** Events of many users over three months, in many intervals. */
function variedEvents(count: number, siteId = 'demo'): TestEvent[] {
  return Array.from({ length: count }, (_, index) =>
    event(new Date(now.getTime() - ((index * 7_919_317) % (70 * 86_400)) * 1_000).toISOString(), {
      site_id: siteId,
      event_type: ['view', 'view', 'click'][index % 3]!,
      path: `/page/${index % 5}`,
      ...(index % 4 > 0 && { user_id: `user-${(index * 31) % 17}` }),
      ...(index % 2 > 0 && { profile_id: `profile-${index % 3}` }),
      ...(index % 5 > 1 && { referrer: `https://host${index % 4}.example/some/path?q=1` }),
    }),
  );
}

const store = (events: TestEvent[]) => insertEvents(database.pool, JSON.stringify(events));
const roll = (at = now) => rollSite(database.pool, 'demo', { now: at }) as Promise<RollSummary>;

async function expectExact(events: TestEvent[], zone = 'UTC', today = '2026-11-10'): Promise<void> {
  const closed = events.filter(({ timestamp }) => timestamp < '2026-11-10T12:00:00');
  expect(await storedIntervals(database.pool, 'demo')).toEqual(expectedIntervals(closed));
  expect(await storedDays(database.pool, 'demo')).toEqual(expectedDays(events, zone, today));
}

const marks = async () =>
  (await database.pool.query(`select distinct interval_start as at from rollup_marks order by 1`)).rows.map(({ at }) =>
    at.toISOString(),
  );

describe('a roll', () => {
  it('computes closed intervals and closed days, and leaves the open interval marked', async () => {
    const events = [...variedEvents(300), event('2026-11-10T12:03:00Z', { user_id: 'open' })];
    await store(events);
    const summary = await roll();
    expect(summary).toMatchObject({ intervals: expect.any(Number), days: expect.any(Number) });
    expect(summary.intervals).toBeGreaterThan(100);
    await expectExact(events);
    expect(await marks()).toEqual(['2026-11-10T12:00:00.000Z']);
  });

  it('changes nothing the second time', async () => {
    await store(variedEvents(100));
    await roll();
    const before = [await storedIntervals(database.pool, 'demo'), await storedDays(database.pool, 'demo')];
    expect(await roll()).toMatchObject({ intervals: 0, days: 0, rows: 0 });
    expect([await storedIntervals(database.pool, 'demo'), await storedDays(database.pool, 'demo')]).toEqual(before);
  });

  it('counts a late event in its own interval, however late it is', async () => {
    const events = variedEvents(100);
    await store(events);
    await roll();
    const late = [
      event('2026-11-09T10:00:00Z', { user_id: 'late', path: '/late' }),
      event('2026-09-20T10:00:00Z', { user_id: 'very late', path: '/late', profile_id: 'p' }),
    ];
    await store(late);
    expect(await roll()).toMatchObject({ intervals: 2, days: 2 });
    await expectExact([...events, ...late]);
  });

  it('empties an interval and its day if their events were deleted', async () => {
    await store([event('2026-11-08T10:00:00Z', { user_id: 'ada' }), event('2026-11-07T10:00:00Z')]);
    await roll();
    await database.pool.query(`delete from events where timestamp > '2026-11-08Z'`);
    expect(await markRange(database.pool, 'demo', new Date('2026-11-01Z'), new Date('2026-11-10Z'))).toBe(2);
    await roll();
    expect(await storedDays(database.pool, 'demo')).toEqual(['2026-11-07 : 1 ', '2026-11-07 view: 1 ']);
  });

  it('computes a day once it is over', async () => {
    const events = variedEvents(100);
    await store(events);
    await roll();
    await roll(new Date('2026-11-11T00:00:01Z'));
    expect(await storedDays(database.pool, 'demo')).toEqual(expectedDays(events, 'UTC', '2026-11-11'));
  });

  it('reports its progress', async () => {
    await store(variedEvents(200));
    const seen: number[] = [];
    await rollSite(database.pool, 'demo', { now, onProgress: (percent) => void seen.push(percent) });
    expect(seen.length).toBeGreaterThan(2);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    expect(seen.at(-1)).toBe(99);
  });

  it('takes many small days in one transaction, and a busy one by itself', async () => {
    await store(['01', '02', '03', '04', '05'].map((day) => event(`2026-11-${day}T10:00:00Z`)));
    await roll();
    /** Transactions that roll days; the first one looks for intervals. */
    const transactions = async () => {
      const seen: number[] = [];
      await database.pool.query(`insert into rollup_day_marks select 'demo', day from rollup_days
        where dimension = 'all' and event_type = ''`);
      await rollSite(database.pool, 'demo', { now, onProgress: (percent) => void seen.push(percent) });
      return seen.length - 1;
    };
    expect(await transactions()).toBe(1);
    await database.pool.query(`update rollup_15m set events = 300_000 where dimension = 'all' and event_type = ''
      and interval_start = '2026-11-03T10:00:00Z'`);
    expect(await transactions()).toBe(3);
  });

  it('does nothing for an unknown site', async () => {
    expect(await rollSite(database.pool, 'unknown', { now })).toEqual({ intervals: 0, days: 0, rows: 0, ms: 0 });
  });
});

describe('a day of the site', () => {
  it('is a day in its time zone, 25 hours long in autumn', async () => {
    const events = [
      event('2026-10-24T22:00:00Z', { user_id: 'first' }),
      event('2026-10-25T22:59:59Z', { user_id: 'last' }),
      event('2026-10-25T23:00:00Z', { user_id: 'next' }),
    ];
    await store(events);
    await database.pool.query(`update sites set timezone = 'Europe/Berlin'`);
    await roll();
    await expectExact(events, 'Europe/Berlin');
    expect((await storedDays(database.pool, 'demo'))[0]).toBe('2026-10-25 : 2 first last');
  });

  it.each(['Asia/Kathmandu', 'America/New_York', 'Australia/Lord_Howe'])(
    'is recomputed when the time zone becomes %s',
    async (zone) => {
      const events = variedEvents(150);
      await store(events);
      await roll();
      await database.pool.query('update sites set timezone = $1', [zone]);
      const summary = await roll();
      expect(summary.intervals).toBe(0);
      await expectExact(events, zone);
    },
  );
});

describe('rows of an earlier release', () => {
  const earlier = `
    insert into rollup_15m select site_id, interval_start, 'path', 'view', '/', 1, 1, visitors from rollup_15m;
    insert into rollup_days select site_id, day, unnest(array['referrer', 'profile']), 'view', 'x', 1, 1, visitors from rollup_days;
    update site_rollups set dimensions_since = '{"all": "-infinity", "path": "-infinity", "referrer": "-infinity"}'`;

  it('by path, referrer and profile are dropped, and marked as incomplete for that release', async () => {
    const events = variedEvents(30);
    await store(events);
    await roll();
    await database.pool.query(earlier);
    expect(await sitesToRoll(database.pool, now)).toEqual(['demo']);
    await roll();
    await expectExact(events);
    const { rows } = await database.pool.query('select dimensions_since as since from site_rollups');
    expect(rows).toEqual([{ since: { all: '-infinity' } }]);
    expect(await sitesToRoll(database.pool, now)).toEqual([]);
  });

  it('are kept if raw events were dropped', async () => {
    await store([event('2026-08-20T10:00:00Z'), event('2026-11-08T10:00:00Z')]);
    await roll();
    await database.pool.query(earlier);
    await database.pool.query(`insert into raw_horizon (since) values ('2026-09-01Z')`);
    await roll();
    await roll(); // removes values of segments of that time
    const { rows } = await database.pool.query(
      `select day::text, dimension from rollup_days where dimension <> 'all' group by 1, 2 order by 1, 2`,
    );
    const sites = await sitesToRoll(database.pool, now);
    await database.pool.query('truncate raw_horizon');
    expect(rows).toEqual([
      { day: '2026-08-20', dimension: 'profile' },
      { day: '2026-08-20', dimension: 'referrer' },
    ]);
    expect(sites).toEqual([]);
  });
});

describe('faults', () => {
  it('leaves a day marked if a roll ends between intervals and days, and the next roll finishes', async () => {
    const events = variedEvents(50);
    await store(events);
    await roll();
    const late = event('2026-11-08T11:00:00Z', { user_id: 'late' });
    await store([late]);
    const step = await claimSite(database.pool, 'demo', (client, site) => rollIntervals(client, site, closed, 8));
    expect(step).toMatchObject({ intervals: 1, events: expect.any(Number) });
    const { rows } = await database.pool.query('select day::text from rollup_day_marks order by 1');
    expect(rows).toEqual([{ day: '2026-11-08' }]);
    await roll();
    await expectExact([...events, late]);
  });

  it('keeps the old rows and the marks if a roll fails in the middle of a transaction', async () => {
    const events = variedEvents(50);
    await store(events);
    await roll();
    const before = [await storedIntervals(database.pool, 'demo'), await storedDays(database.pool, 'demo')];
    await store([event('2026-11-08T11:00:00Z', { user_id: 'late' })]);
    const failing = claimSite(database.pool, 'demo', async (client, site) => {
      await rollIntervals(client, site, closed, 8);
      throw new Error('the process ends here');
    });
    await expect(failing).rejects.toThrow('the process ends here');
    expect([await storedIntervals(database.pool, 'demo'), await storedDays(database.pool, 'demo')]).toEqual(before);
    expect(await marks()).toEqual(['2026-11-08T11:00:00.000Z', '2026-11-10T12:00:00.000Z']);
  });

  it('runs one roll of a site at a time; others are skipped', async () => {
    await store(variedEvents(50));
    await roll();
    await store([event('2026-11-08T11:00:00Z')]);
    const outcome = await claimSite(database.pool, 'demo', async () => roll());
    expect(outcome).toBe(busy);
    expect(await roll()).toMatchObject({ intervals: 1 });
  });

  it('is exact after ten concurrent rolls while events arrive', async () => {
    const events = variedEvents(600);
    const rolling = Array.from({ length: 10 }, async () => {
      for (let round = 0; round < 6; round += 1) await roll();
    });
    for (let index = 0; index < 600; index += 20) await store(events.slice(index, index + 20));
    await Promise.all(rolling);
    await roll();
    await expectExact(events);
    const { rows } = await database.pool.query(
      'select count(*)::int, count(distinct visitor_no)::int as numbers, max(visitor_no) from visitors',
    );
    expect(rows[0].count).toBe(rows[0].max);
    expect(rows[0].numbers).toBe(rows[0].max);
  });
});
