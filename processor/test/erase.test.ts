import type { PoolClient } from '@millrace/shared/platform/postgres';
import { createTelemetry } from '@millrace/shared/platform/telemetry';
import { createTestDatabase, silent, type TestDatabase } from '@millrace/shared/testing/database';
import { eventually } from '@millrace/shared/testing/eventually';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { aggregateSite } from '../src/aggregations/aggregate-site.js';
import { runErase } from '../src/erase/erase-run.js';
import { createBatchConsumer } from '../src/events/consume-batches.js';
import { claimSite } from '../src/rollups/claim-site.js';
import { rollIntervals } from '../src/rollups/roll-intervals.js';
import { rollSite } from '../src/rollups/roll-site.js';
import { runVerify } from '../src/verify/verify-run.js';
import { runCommand } from './run-command.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
beforeEach(() =>
  sql(`truncate events, sites, dead_letter_events, rollup_marks, rollup_day_marks, site_rollups, visitors, rollup_15m,
    rollup_days, segments, segment_values, money_events, mrr_movements, revenue_aggregates, site_aggregations`),
);

const sql = async (text: string, values: unknown[] = []) => (await database.pool.query(text, values)).rows;

/** Must not be found in any table. */
const user = 'ada@example.org';
let nextId = 1;

function event(timestamp: string, fields: object = {}) {
  const event_id = `0190a5b0-7c3d-7000-8000-${String(nextId++).padStart(12, '0')}`;
  return { site_id: 'demo', timestamp, event_id, event_type: 'view', path: '/', ...fields };
}

/** Uses the queue's consumer, so that dead letters are written as in production. */
async function consume(id: string, events: object[], contract = 1): Promise<void> {
  const consumer = createBatchConsumer(database.pool, createTelemetry(), silent);
  const data = { v: contract as 1, count: events.length, events: JSON.stringify(events) };
  await consumer.consume({ id, data });
}

/** Events of two users and two sites in two months and tomorrow, which is not rolled; some cannot be stored. */
async function fill(): Promise<void> {
  await consume('good', [
    event('2025-09-20T10:00:00Z', { user_id: user, referrer: 'https://example.net/' }),
    event('2025-09-20T10:01:00Z', { user_id: 'bob' }),
    event('2025-11-08T10:00:00.123456Z', { user_id: user, path: '/only-hers' }),
    event('2025-11-08T11:00:00Z', { user_id: 'bob', profile_id: 'p' }),
    event(new Date(Date.now() + 86_400_000).toISOString(), { user_id: user }),
    event('2025-11-08T11:00:00Z', { site_id: 'shop', user_id: user }),
  ]);
  await consume('poison', [
    event('1999-12-31T00:00:00Z', { user_id: user }),
    event('1999-12-31T00:00:00Z', { user_id: 'bob' }),
    event('1999-12-31T00:00:00Z', { site_id: 'shop', user_id: user }),
  ]);
  await consume('mixed', [event('2025-11-08T12:00:00Z', { user_id: user }), event('2025-11-08T12:00:00Z')], 3);
}

const roll = () => rollSite(database.pool, 'demo', { now: new Date() });
const erase = (...args: string[]) => runCommand(runErase, ['--site', 'demo', ...args], database.url);
const verify = () =>
  runCommand(runVerify, ['--site', 'demo', '--from', '2025-09-01', '--to', '2030-01-01'], database.url);

const tables = `select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
  and not relispartition order by 1`;

/** All rows of all tables that contain `text`. */
async function rowsWith(text: string): Promise<string[]> {
  const found: string[] = [];
  for (const { name } of await sql(tables)) {
    const rows = await sql(`select t::text as row from ${name} t where t::text like '%' || $1 || '%' order by 1`, [
      text,
    ]);
    found.push(...rows.map(({ row }) => `${name} ${row}`));
  }
  return found;
}

describe('erase', () => {
  it('removes a user from every table, keeps all others, and leaves rollups exact', async () => {
    await fill();
    await roll();
    const tomorrow = (
      await sql(`select to_char(max(timestamp) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at
      from events`)
    )[0].at;
    const { code, stdout, stderr } = await erase('--user', user);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toBe(`Removed: user "ada@example.org" of site demo
  events        3, from 2025-09-20T10:00:00.000000Z to ${tomorrow}
  visitor       1
  dead letters  1 removed, 1 rewritten without the user's events (2 events in total)
  rollups       exact: 2 intervals and 2 days recomputed
`);
    expect((await rowsWith(user)).filter((row) => !row.includes('shop'))).toEqual([]);
    expect(await rowsWith('/only-hers')).toEqual([]);
    expect(await sql('select count(*)::int as kept from events')).toEqual([{ kept: 3 }]);
    expect(
      await sql(`select site_id, reason, payload::json ->> 'count' as count from dead_letter_events
      order by site_id, payload`),
    ).toEqual([
      { site_id: '', reason: expect.stringContaining('invalid job'), count: '1' },
      { site_id: 'demo', reason: expect.stringContaining('23514'), count: null },
      { site_id: 'shop', reason: expect.stringContaining('23514'), count: null },
    ]);
    expect(await verify()).toMatchObject({ code: 0, stdout: expect.stringContaining('No differences.') });
  });

  it('expires every export of the site, since any may contain the user, and of no other site', async () => {
    await sql(`insert into exports (site_id, id, dataset, params, format, filename, status, run, expires_at)
      select site_id, gen_random_uuid(), 'events', '{}', 'csv', 'x.csv', status, gen_random_uuid(), '2999-01-01'
      from unnest(array['demo', 'shop']) as site_id, unnest(array['completed', 'processing']) as status`);
    const lives = () =>
      sql(
        `select site_id, status, expires_at < '2999-01-01' as ended, run is null as stopped from exports order by 1, 2`,
      );
    await erase('--user', user, '--dry-run');
    expect((await lives()).map(({ stopped }) => stopped)).toEqual([false, false, false, false]);
    await fill();
    await erase('--user', user);
    expect(await lives()).toEqual([
      { site_id: 'demo', status: 'completed', ended: true, stopped: true },
      { site_id: 'demo', status: 'pending', ended: null, stopped: true },
      { site_id: 'shop', status: 'completed', ended: false, stopped: false },
      { site_id: 'shop', status: 'processing', ended: false, stopped: false },
    ]);
  });

  it('removes the files of reports of the site that may contain the user, and of no other', async () => {
    await sql(`insert into reports (site_id, id, origin, title, dataset, params, format, first_day, last_day, timezone, status, store, file)
      select site_id, gen_random_uuid(), gen_random_uuid(), 'x', dataset, params::jsonb, 'csv', '2026-01-01', '2026-01-01', 'UTC', status, 'disk',
        case status when 'generated' then 'f.csv' end
      from unnest(array['demo', 'shop']) as site_id,
        (values ('events', '{}', 'generated'), ('comprehensive', '{}', 'generating'), ('site-metrics', '{}', 'generated'),
          ('timeseries', '{"dimensions": ["property:name"]}', 'generated'), ('timeseries', '{"dimensions": ["path"]}', 'generating'))
        as report (dataset, params, status)`);
    await fill();
    await erase('--user', user);
    const reports = `select dataset, status, file from reports where site_id = $1 order by dataset, params::text, status`;
    expect((await sql(reports, ['demo'])).map((row) => Object.values(row))).toEqual([
      ['comprehensive', 'pending', null],
      ['events', 'generated', null],
      ['site-metrics', 'generated', 'f.csv'],
      ['timeseries', 'generating', null],
      ['timeseries', 'generated', null],
    ]);
    expect((await sql(reports, ['shop'])).filter(({ file }) => file === 'f.csv')).toHaveLength(3);
  });

  it('removes a dead letter once that both this and the previous release wrote', async () => {
    const job = JSON.stringify({
      v: 1,
      events: JSON.stringify([event('x', { user_id: user }), event('x', { user_id: 'bob' })]),
    });
    const id = crypto.randomUUID();
    for (const site of [null, '']) {
      await sql(
        `insert into dead_letter_events (id, site_id, reason, payload, job_id) values ($1, $2, 'invalid job: v', $3, 'j')`,
        [id, site, job],
      );
    }
    const { stdout, stderr } = await erase('--user', user);
    expect(stderr).toBe('');
    expect(stdout).toContain("1 rewritten without the user's events (1 event in total)");
    expect(await rowsWith(user)).toEqual([]);
    expect(await sql('select site_id from dead_letter_events where id = $1', [id])).toEqual([{ site_id: '' }]);
  });

  it("removes a user's payments, even of months whose raw events were dropped, and recomputes revenue", async () => {
    const payment = (at: string, user_id: string, amount: string) =>
      event(at, {
        ...{ user_id, event_type: 'payment', path: '' },
        properties: {
          transaction_id: `${user_id} ${at}`,
          amount,
          currency: 'EUR',
          status: 'succeeded',
          interval: 'year',
        },
      });
    await consume('money', [
      payment('2025-02-03T10:00:00Z', user, '120.00'),
      payment('2025-11-08T10:00:00Z', user, '240.00'),
      payment('2025-11-08T10:00:00Z', 'bob', '60.00'),
      event('2025-11-09T10:00:00Z', { event_type: 'subscription_canceled', user_id: user }),
    ]);
    const now = new Date('2025-11-12T00:00:00Z');
    const aggregate = async () => {
      await roll();
      expect(await aggregateSite(database.pool, 'demo', { now, onProgress: () => {} })).toHaveProperty('rows');
    };
    await aggregate();
    await sql(`delete from events where timestamp < '2025-03-01'`);
    await sql(`delete from segments where starts < '2025-03-01'`);
    const money = () => sql('select user_id, amount::text, kind from money_events order by timestamp, user_id');
    expect((await money()).filter(({ user_id }) => user_id === user)).toHaveLength(3);
    await erase('--user', user);
    expect(await money()).toEqual([{ user_id: 'bob', amount: '60.00', kind: 'payment' }]);
    await aggregate();
    expect(await rowsWith(user)).toEqual([]);
    expect(
      await sql(`select total_revenue::float as revenue, payments, mrr::float from revenue_aggregates
        where period_type = 'month' and period_start = '2025-11-01'`),
    ).toEqual([{ revenue: 60, payments: 1, mrr: 5 }]);
  });

  it('removes nothing the second time', async () => {
    await fill();
    await erase('--user', user);
    expect(await erase('--user', user)).toEqual({
      code: 3,
      stderr: 'erase: Nothing found for user "ada@example.org" on site demo.\n',
      stdout: '',
    });
  });

  it('reports that nothing was found, even while another roll of the site is running', async () => {
    await fill();
    await roll();
    const claims = [await database.pool.connect(), await database.pool.connect()];
    const claim = async (client: PoolClient) => {
      await client.query('begin');
      await client.query(`select 1 from site_rollups where site_id = 'demo' for update`);
    };
    const waiting = (count: number) =>
      eventually(async () => {
        const [row] = await sql(`select count(*)::int as count from pg_stat_activity
          where datname = current_database() and wait_event_type = 'Lock'`);
        return row.count === count;
      }, `${count} wait for the site`);
    await claim(claims[0]!);
    const erasing = erase('--user', 'unknown');
    await waiting(1);
    // It is next in line, between the erasure and the roll that follows.
    const claimed = claim(claims[1]!);
    await waiting(2);
    await claims[0]!.query('rollback');
    await claimed;
    expect(await erasing).toEqual({
      code: 3,
      stderr: 'erase: Nothing found for user "unknown" on site demo.\n',
      stdout: '',
    });
    await claims[1]!.query('rollback');
    for (const client of claims) client.release();
  });

  it('reports an unknown site', async () => {
    const { code, stderr } = await runCommand(runErase, ['--site', 'nowhere', '--user', user], database.url);
    expect([code, stderr]).toEqual([3, 'erase: Unknown site: nowhere.\n']);
  });

  it('never reuses the number of an erased visitor', async () => {
    await fill();
    await roll();
    const [before] = await sql('select max(visitor_no) as last from visitors');
    await erase('--user', user);
    await consume('later', [event('2025-11-08T10:00:00Z', { user_id: 'new' })]);
    await roll();
    expect(await sql(`select visitor_no from visitors where user_id = 'new'`)).toEqual([
      { visitor_no: before.last + 1 },
    ]);
  });

  it('changes nothing in a dry run, which prints the same summary', async () => {
    await fill();
    await roll();
    const before = await rowsWith('');
    const dry = await erase('--user', user, '--dry-run');
    expect(await rowsWith('')).toEqual(before);
    const real = await erase('--user', user);
    expect(dry.code).toBe(0);
    expect(real.stdout).toMatch(/^Removed: /);
    expect(dry.stdout).toBe(real.stdout.replace('Removed:', 'Dry run, would remove:').replace(/ {2}rollups .*\n/, ''));
  });

  it('reports that segments still contain copies, for example of an interval closed by a roll whose clock was ahead', async () => {
    await fill();
    const ahead = new Date(Date.now() + 1_800_000);
    await consume('ahead', [event(ahead.toISOString(), { user_id: user })]);
    await rollSite(database.pool, 'demo', { now: new Date(ahead.getTime() + 900_000) });
    const { code, stdout } = await erase('--user', user);
    expect(code).toBe(0);
    expect(stdout).toContain('  segments      still contain copies of the events, which no query reads');
  });

  it('works for a site that was never rolled, and for one with only dead letters', async () => {
    await fill();
    expect((await erase('--user', user)).stdout).toContain('exact: 3 intervals and 2 days recomputed');
    expect(await verify()).toMatchObject({ code: 0 });
    await consume('ghost', [event('1999-01-01T00:00:00Z', { site_id: 'ghost', user_id: user })]);
    const { stdout } = await runCommand(runErase, ['--site', 'ghost', '--user', user], database.url);
    expect(stdout).toContain('1 removed, 0 rewritten');
    expect((await rowsWith(user)).filter((row) => row.includes('ghost'))).toEqual([]);
  });

  it('waits for a roll that is about to number the user, so that no visitor remains', async () => {
    await fill();
    await roll();
    await consume('new', [event('2025-11-08T10:00:00Z', { user_id: 'eve@example.org' })]);
    let erasing: ReturnType<typeof erase> | undefined;
    await claimSite(database.pool, 'demo', async (client, site) => {
      await rollIntervals(client, site, new Date(), 8);
      erasing = erase('--user', 'eve@example.org');
      await eventually(async () => {
        const waiting = `select from pg_stat_activity where wait_event_type = 'Lock' and application_name = 'millrace-erase'`;
        return (await database.pool.query(waiting)).rowCount === 1;
      }, 'the erasure waits');
    });
    expect(await erasing).toMatchObject({ code: 0, stdout: expect.stringMatching(/events {8}1,.*\n {2}visitor {7}1/) });
    expect(await rowsWith('eve@example.org')).toEqual([]);
    expect(await verify()).toMatchObject({ code: 0 });
  });

  it('changes nothing if it fails midway', async () => {
    await fill();
    await roll();
    const before = await rowsWith('');
    await sql(`create function refuse() returns trigger language plpgsql as $$ begin raise 'no'; end $$;
      create trigger refuse before update on dead_letter_events execute function refuse()`);
    const { code, stderr } = await erase('--user', user);
    await sql('drop trigger refuse on dead_letter_events; drop function refuse');
    expect([code, stderr]).toEqual([1, expect.stringContaining('erase: error: no')]);
    expect(await rowsWith('')).toEqual(before);
  });

  it.each([
    [['--user', 'ada'], 'Pass the site with --site ID.'],
    [['--site', 'demo'], 'Pass the user to erase with --user ID.'],
    [['--site', 'demo', '--user', 'ada', 'eve'], "Unexpected argument 'eve'."],
  ])('exits with 1 and one sentence for %s', async (args, sentence) => {
    const { code, stderr } = await runCommand(runErase, args, database.url);
    expect([code, stderr]).toEqual([1, `erase: ${sentence} See --help.\n`]);
  });

  it('shows help', async () => {
    const { code, stdout } = await runCommand(runErase, ['--help'], undefined);
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^Usage: npm run erase -- /)]);
  });
});
