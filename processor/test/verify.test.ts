import { encodeBitmap } from '@millrace/shared/bitmap/bitmap';
import { createTestDatabase, type TestDatabase } from '@millrace/shared/testing/database';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ensureMonths } from '../src/events/ensure-partitions.js';
import { insertEvents } from '../src/events/insert-events.js';
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
  await database.pool.query(
    'truncate events, sites, rollup_marks, rollup_day_marks, site_rollups, visitors, rollup_15m, rollup_days, segments, segment_values',
  );
});

const now = new Date('2026-11-10T12:07:00Z');
let nextId = 1;

function event(timestamp: string, fields: object = {}) {
  const event_id = `0190a5b0-7c3d-7000-8000-${String(nextId++).padStart(12, '0')}`;
  return { site_id: 'demo', timestamp, event_id, event_type: 'view', path: '/', ...fields };
}

const store = (events: object[]) => insertEvents(database.pool, JSON.stringify(events));
const roll = () => rollSite(database.pool, 'demo', { now });
const sql = (text: string, values: unknown[] = []) => database.pool.query(text, values);

/** Two visitors in one interval of 8 November, three events. */
const twoVisitors = () => [
  event('2026-11-08T10:01:00Z', { user_id: 'ada' }),
  event('2026-11-08T10:02:00Z', { user_id: 'bob' }),
  event('2026-11-08T10:03:00Z', { event_type: 'click', user_id: 'bob', path: '/ünlü "path"' }),
];

async function verify(...args: string[]) {
  const { code, stdout, stderr } = await runCommand(runVerify, args, database.url);
  return { code, lines: stdout.trimEnd().split('\n'), error: stderr };
}

const verifyDay = () => verify('--site', 'demo', '--from', '2026-11-08', '--to', '2026-11-08');

describe('verify', () => {
  it('finds no differences after a roll, and skips what is marked', async () => {
    const events = Array.from({ length: 500 }, (_, index) =>
      event(new Date(now.getTime() - ((index * 7_919_317) % (50 * 86_400)) * 1_000).toISOString(), {
        event_type: ['view', 'click'][index % 2],
        path: `/page/${index % 7}`,
        ...(index % 4 > 0 && { user_id: `user-${index % 31}` }),
        ...(index % 3 > 0 && { profile_id: `profile-${index % 3}` }),
        ...(index % 5 > 1 && { referrer: `https://host${index % 4}.example/some/path?q=1` }),
      }),
    );
    await store([...events, event('2026-11-10T12:03:00Z', { user_id: 'open' })]);
    await sql(`update sites set timezone = 'Asia/Kathmandu'`);
    await roll();
    const { rows } = await sql(`select count(distinct interval_start)::int as intervals from rollup_15m`);
    const days = await sql(`select count(distinct day)::int as days from rollup_days`);
    expect(await verify('--site', 'demo', '--from', '2026-09-01', '--to', '2026-11-10')).toEqual({
      code: 0,
      lines: [
        `Site demo (days of Asia/Kathmandu): compared ${rows[0].intervals} intervals and ${days.rows[0].days} days, and the segments of ${rows[0].intervals} intervals; skipped 1 marked interval and 1 marked day.`,
        'No differences.',
      ],
      error: '',
    });
  });

  it.each([
    [
      'a wrong number of events',
      `update rollup_15m set events = 9 where event_type = 'click'`,
      ['rollup_15m 2026-11-08T10:00Z "click": stored: 9 events, 1 visitor; raw events: 1 event, 1 visitor'],
    ],
    [
      'a wrong number of visitors',
      `update rollup_days set visitor_count = 3 where dimension = 'all' and event_type = ''`,
      ['rollup_days 2026-11-08 "": stored: 3 events, 3 visitors; raw events: 3 events, 2 visitors'],
    ],
    [
      'a missing row',
      `delete from rollup_15m where event_type = 'view'`,
      ['rollup_15m 2026-11-08T10:00Z "view": stored: nothing; raw events: 2 events, 2 visitors'],
    ],
    [
      'an extra row',
      `insert into rollup_days select site_id, day, dimension, 'never', value, events, visitor_count, visitors
       from rollup_days where event_type = 'view'`,
      ['rollup_days 2026-11-08 "never": stored: 2 events, 2 visitors; raw events: nothing'],
    ],
    [
      'a duplicate row',
      `insert into rollup_15m select * from rollup_15m where dimension = 'all' and event_type = 'view'`,
      ['rollup_15m 2026-11-08T10:00Z "view": duplicate row (copy 2)'],
    ],
    [
      'a bitmap whose size differs from its row',
      `update rollup_15m set visitors = (select visitors from rollup_15m where dimension = 'all' and event_type = '')
       where dimension = 'all' and event_type = 'click'`,
      ['rollup_15m 2026-11-08T10:00Z "click": visitor_count is 1, but the bitmap contains 2'],
    ],
    [
      'an invalid bitmap',
      String.raw`update rollup_days set visitors = '\x0102' where event_type = 'view'`,
      ['rollup_days 2026-11-08 "view": the bitmap cannot be read'],
    ],
    [
      'a deleted event without a mark',
      `delete from events where event_type = 'click'`,
      [
        'segments 2026-11-08T10:00Z: stored: 3 events; raw events: 2 events',
        'rollup_15m 2026-11-08T10:00Z "": stored: 3 events, 2 visitors; raw events: 2 events, 2 visitors',
        'rollup_15m 2026-11-08T10:00Z "click": stored: 1 event, 1 visitor; raw events: nothing',
        'rollup_days 2026-11-08 "": stored: 3 events, 2 visitors; raw events: 2 events, 2 visitors',
        'rollup_days 2026-11-08 "click": stored: 1 event, 1 visitor; raw events: nothing',
      ],
    ],
    [
      'a number assigned to two visitors',
      `insert into visitors values ('demo', 'eve', 2)`,
      ['visitors number 2: used by 2 users; the last assigned number is 2'],
    ],
    [
      'a number that was never assigned',
      `insert into visitors values ('demo', 'eve', 3)`,
      ['visitors number 3: the last assigned number is 2'],
    ],
  ])('prints %s', async (_, damage, differences) => {
    await store(twoVisitors());
    await roll();
    await sql(damage);
    const { code, lines } = await verifyDay();
    expect({ code, differences: lines.slice(0, -2) }).toEqual({ code: 1, differences });
    expect(lines.at(-1)).toBe(differences.length === 1 ? '1 difference.' : `${differences.length} differences.`);
  });

  it('reports a bitmap with the right number of visitors, but different ones', async () => {
    await store(twoVisitors());
    await roll();
    await sql(`update rollup_15m set visitors = $1 where dimension = 'all' and event_type = 'view'`, [
      encodeBitmap(Uint32Array.of(1, 7)).bitmap,
    ]);
    expect((await verifyDay()).lines[0]).toBe(
      'rollup_15m 2026-11-08T10:00Z "view": the bitmap contains 1 visitor without raw events and lacks 1',
    );
  });

  it('skips what is marked, however wrong it is', async () => {
    await store([...twoVisitors(), event('2026-11-09T10:00:00Z')]);
    await roll();
    await sql(`update rollup_15m set events = 99 where interval_start < '2026-11-09Z'`);
    await sql('update rollup_days set events = 99');
    await store([event('2026-11-08T10:14:59Z')]);
    await sql(`insert into rollup_day_marks values ('demo', '2026-11-09')`);
    expect(await verify('--site', 'demo', '--from', '2026-11-08', '--to', '2026-11-09')).toMatchObject({
      code: 0,
      lines: [
        'Site demo (days of UTC): compared 1 interval and 0 days, and the segments of 1 interval; skipped 1 marked interval and 2 marked days.',
        'No differences.',
      ],
    });
  });

  const nothing = [
    expect.stringContaining('compared 0 intervals and 0 days'),
    expect.stringMatching(/^Nothing was compared: the range has no rolled intervals/),
  ];
  it('exits with 3 if it compared nothing, such as before the first roll of a site', async () => {
    await store(twoVisitors());
    expect(await verifyDay()).toMatchObject({ code: 3, lines: nothing });
  });
  it('exits with 3 for a range without events, which may be a mistyped year', async () => {
    await store(twoVisitors());
    await roll();
    const lastYear = await verify('--site', 'demo', '--from', '2025-11-08', '--to', '2025-11-08');
    expect(lastYear).toMatchObject({ code: 3, lines: nothing });
  });

  it('accepts instants, and compares only days that lie entirely within the range', async () => {
    await store([...twoVisitors(), event('2026-11-08T11:00:00Z')]);
    await roll();
    await sql('update rollup_days set events = 99');
    const args = ['--site', 'demo', '--from', '2026-11-08T10:03:00Z', '--to', '2026-11-08T13:00:00+02:00'];
    expect((await verify(...args)).lines[0]).toContain('compared 1 interval and 0 days,');
  });

  it.each([
    [['--site', 'demo'], '--from takes a day such as 2026-01-31 or an instant such as 2026-01-31T10:00:00Z.'],
    [['--site', 'demo', '--from', '2026-11-08', '--to', '2026-02-30'], '--to takes a day'],
    [['--from', '2026-11-08'], 'Pass the site to verify with --site ID.'],
    [['--sight', 'demo'], "Unknown option '--sight'."],
    [['--site', 'demo', '--from', '2026-11-08', '--to', '2026-11-07'], '--from must be before --to.'],
    [['--site', 'nowhere', '--from', '2026-11-08', '--to', '2026-11-08'], 'Unknown site "nowhere": it has no event'],
  ])('exits with 2 and one sentence for %s', async (args, sentence) => {
    await store(twoVisitors());
    const { code, error } = await verify(...args);
    expect(code).toBe(2);
    expect(error).toContain(`verify: ${sentence}`);
    expect(error.trimEnd()).not.toContain('\n');
  });

  it.each([
    [undefined, 'There is no database: DATABASE_URL is not set, and no `npm start` of this clone is running.'],
    [
      'postgres://unreachable@127.0.0.1:1/x',
      'The database at 127.0.0.1:1 is unreachable (connect ECONNREFUSED 127.0.0.1:1)',
    ],
  ])('explains the problem if the database is %s', async (url, sentence) => {
    const args = ['--site', 'demo', '--from', '2026-11-08', '--to', '2026-11-08'];
    const { code, stderr } = await runCommand(runVerify, args, url);
    expect([code, stderr]).toEqual([2, expect.stringContaining(`verify: ${sentence}`)]);
  });

  it('reports a database without tables', async () => {
    const empty = await createTestDatabase({ migrated: false });
    const args = ['--site', 'demo', '--from', '2026-11-08', '--to', '2026-11-08'];
    const { code, stderr } = await runCommand(runVerify, args, empty.url);
    await empty.drop();
    expect(code).toBe(2);
    expect(stderr).toBe(
      'verify: The database lacks tables of this version (relation "sites" does not exist). Migrate it first; `npm start` does this.\n',
    );
  });

  it('shows help', async () => {
    const { code, stdout } = await runCommand(runVerify, ['--help'], undefined);
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^Usage: npm run verify -- /)]);
  });
});
