/** Compares every aggregate with a plain computation of random events, in several time zones, after every kind of change. */
import { createRandom } from '@millrace/shared/testing/create-random';
import { describe, expect, it } from 'vitest';
import { aggregateSite } from '../../src/aggregations/aggregate-site.js';
import { claimAggregation } from '../../src/aggregations/claim-aggregation.js';
import { consumeAggregation } from '../../src/aggregations/consume-aggregations.js';
import { eraseUser } from '../../src/erase/erase-user.js';
import { addSite, database, event, now, query, roll, store, useEmptyDatabase } from './aggregated-site.js';
import { compareAggregates, compareCohorts } from './compare-aggregates.js';
import { localDate } from './plain-aggregates.js';
import { plainRevenueRows } from './plain-money.js';
import { randomEvents, type TestEvent } from './random-events.js';

const options = { now, onProgress: () => {} };
const span = [Date.UTC(2026, 2, 1), Date.UTC(2026, 10, 20, 10)] as const;

useEmptyDatabase();

const aggregate = () => aggregateSite(database.pool, 'demo', options);

async function prepare(zone: string, count = 1_500, seed = 7): Promise<TestEvent[]> {
  const random = createRandom(seed);
  await query(`insert into sites (site_id, timezone) values ('demo', $1)`, zone);
  const events = randomEvents(random, 'demo', count, ...span);
  await store(events);
  await roll();
  expect(await aggregate()).toMatchObject({ rows: { user_cohorts: expect.any(Number) } });
  return events;
}

const compareAll = (events: TestEvent[], zone: string) => compareAggregates(database.pool, events, zone, now);

describe.each(['UTC', 'America/New_York', 'Asia/Kolkata', 'Pacific/Apia'])('in %s', (zone) => {
  it('every aggregate matches the events, even after late ones and a second run', async () => {
    const events = await prepare(zone, 800);
    await compareAll(events, zone);
    const before = await query('select * from revenue_aggregates order by 1, 2, 3, 4');
    await aggregate();
    const after = await query('select * from revenue_aggregates order by 1, 2, 3, 4');
    expect(after.map(({ computed_at: _at, ...row }) => row)).toEqual(before.map(({ computed_at: _at, ...row }) => row));
    const late = randomEvents(createRandom(99), 'demo', 60, ...span);
    await store(late);
    await roll();
    await aggregate();
    await compareAll([...events, ...late], zone);
  });
});

it("recomputes everything when the site's time zone changes", async () => {
  const events = await prepare('UTC', 800);
  await query(`update sites set timezone = 'Asia/Kolkata'`);
  await aggregate();
  await compareAll(events, 'Asia/Kolkata');
});

it('no longer counts erased events, including signups', async () => {
  const events = await prepare('America/New_York', 800);
  await query(`with gone as (delete from events where user_id in ('ada', 'bob') returning timestamp)
    insert into rollup_marks select 'demo', date_bin('15 minutes', timestamp, timestamptz '2000-01-01 00:00:00Z') from gone`);
  await roll();
  await aggregate();
  await compareAll(
    events.filter(({ user_id }) => user_id !== 'ada' && user_id !== 'bob'),
    'America/New_York',
  );
});

it('leaves events that arrive during a run to the next one', async () => {
  const events = await prepare('UTC', 200);
  const during = randomEvents(createRandom(5), 'demo', 30, ...span);
  await claimAggregation(database.pool, 'demo', { now }, async ({ client }) => {
    await client.query('select 1');
    await store(during);
    await roll();
    expect(await aggregate()).toEqual({ skipped: 'another aggregation of this site is running' });
    await client.query(`delete from aggregation_marks where site_id = 'demo'`);
  });
  await aggregate();
  await compareAll([...events, ...during], 'UTC');
});

it('skips an unknown site', async () => {
  expect(await aggregateSite(database.pool, 'unknown', options)).toEqual({ skipped: 'unknown site' });
});

it('runs each single job for the requested period', async () => {
  const events = await prepare('America/New_York', 800);
  for (const table of [
    'revenue_aggregates',
    'user_cohorts',
    'tournament_aggregates',
    'profile_performance',
    'publisher_performance',
  ]) {
    await query(`delete from ${table}`);
  }
  const run = (name: string, data: object) =>
    consumeAggregation(database.pool, name, { site_id: 'demo', at: now.toISOString(), ...data }, options);
  await run('revenue', { periodType: 'month', period: 'previous' });
  expect(await query('select distinct period_type, period_start::text from revenue_aggregates')).toEqual([
    { period_type: 'month', period_start: '2026-10-01' },
  ]);
  await run('tournaments', { periodType: 'quarter', period: '2026-05-17' });
  expect(await query('select period_type, period_start::text from tournament_aggregates')).toEqual([
    { period_type: 'quarter', period_start: '2026-04-01' },
  ]);
  await run('cohorts', { cohortMonth: '2026-03' });
  expect(await query('select distinct cohort_month::text as month from user_cohorts')).toEqual([
    { month: '2026-03-01' },
  ]);
  const day = localDate(
    events.find(({ profile_id, event_type }) => profile_id === 'banner' && event_type === 'view')!.timestamp,
    'America/New_York',
  );
  await run('DAILY_ROLLUP', { date: day, profileIds: ['banner'] });
  expect(await query('select day::text, profile_id from profile_performance')).toEqual([{ day, profile_id: 'banner' }]);
  await run('publisher', { startDate: '2026-03-01', endDate: '2026-03-31', granularity: 'month' });
  expect(await query(`select bucket_start from publisher_performance where granularity = 'month'`)).toEqual([
    { bucket_start: new Date('2026-03-01T05:00:00Z') },
  ]);
  await run('cohorts', {});
  await compareCohorts(database.pool, events, 'America/New_York', now);
});

/** A signup and a payment on 1 and 2 June, the first days with raw events. */
async function prepareJune(): Promise<void> {
  await query(`insert into sites (site_id, timezone) values ('demo', 'UTC')`);
  const of = (event_type: string, timestamp: string, properties?: TestEvent['properties']): TestEvent => ({
    ...{ site_id: 'demo', event_type, timestamp, event_id: crypto.randomUUID(), path: '/', user_id: 'ada' },
    ...{ profile_id: 'banner', ...(properties && { properties }) },
  });
  const paid = (transaction_id: string) => ({ transaction_id, amount: '5', currency: 'EUR', status: 'succeeded' });
  const cup = { tournament_id: 'cup', format: 'league', players: 8 };
  await store([
    of('signup', '2026-06-01T03:00:00Z'),
    of('payment', '2026-06-01T03:00:00Z', paid('t1')),
    of('tournament_created', '2026-06-01T03:00:00Z', cup),
    of('payment', '2026-06-02T03:00:00Z', paid('t2')),
  ]);
  await roll();
  await aggregate();
  await query(`insert into raw_horizon (since) values ('2026-06-01T00:00:00Z')`);
}

/** East of UTC, June began before the first raw event; west of it, events of 1 June are on 31 May, an incomplete day. */
it.each([
  [
    'Asia/Tokyo',
    {
      'day 2026-06-01': 1,
      'day 2026-06-02': 1,
      'month 2026-06-01': 2,
      'cups of day 2026-06-01': 1,
      'cups of month 2026-06-01': 1,
      'banner 2026-06-01': 1,
      'banner 2026-06-02': 1,
      'cohort 2026-06-01': 1,
    },
  ],
  ['America/New_York', { 'day 2026-06-01': 1, 'month 2026-06-01': 1, 'banner 2026-06-01': 1 }],
])('recomputes in time zone %s as far as raw events reach, and keeps older rows', async (zone, kept) => {
  await prepareJune();
  await query('update sites set timezone = $1', zone);
  await roll();
  await aggregate();
  const counted = await query(`
    select period_type || ' ' || period_start as of, payments as n from revenue_aggregates where period_type in ('day', 'month')
    union all select 'cups of ' || period_type || ' ' || period_start, created from tournament_aggregates
      where period_type in ('day', 'month')
    union all select 'banner ' || day, payments from profile_performance
    union all select 'cohort ' || cohort_month, cohort_size from user_cohorts where month_number = 0`);
  expect(Object.fromEntries(counted.map(({ of, n }) => [of, n]))).toEqual(kept);
});

it('recounts the rest of a week with dropped events after a change of time zone', async () => {
  await addSite('Europe/Berlin');
  const impression = (user_id: string, timestamp: string) => ({ ...event('impression', timestamp, {}), user_id });
  await store([impression('bob', '2026-06-30T10:00:00Z'), impression('ada', '2026-07-02T10:00:00Z')]);
  await roll();
  await aggregate();
  await query(`insert into raw_horizon (since) values ('2026-07-01T00:00:00Z')`);
  await eraseUser(database.pool, { siteId: 'demo', userId: 'ada', dryRun: false });
  await query(`insert into aggregation_marks (site_id, interval_start) values ('demo', '2026-05-01T10:00:00Z')`);
  await query(`update sites set timezone = 'Europe/Paris'`);
  await roll();
  await aggregate();
  expect(
    await query(`select granularity, impressions::int as n from publisher_performance where bucket_start < '2026-07-01'
      order by granularity, bucket_start`),
  ).toEqual([
    { granularity: 'day', n: 1 },
    { granularity: 'hour', n: 1 },
    { granularity: 'month', n: 1 },
    { granularity: 'week', n: 1 },
  ]);
});

it('removes the cohort of the last signup when it is erased, if its raw events still exist', async () => {
  await prepareJune();
  await eraseUser(database.pool, { siteId: 'demo', userId: 'ada', dryRun: false });
  await roll();
  await aggregate();
  expect(await query('select * from user_cohorts')).toEqual([]);
});

it('keeps its rows when raw events are dropped, and continues with the remaining events', async () => {
  const events = await prepare('America/New_York', 800);
  const kept = () =>
    query(`select period_type, period_start::text, currency, payments from revenue_aggregates where period_start < '2026-06-01'
      order by 1, 2, 3`);
  const [before, cohortsBefore] = [
    await kept(),
    await query(`select cohort_month::text, month_number, users_retained from user_cohorts
    where cohort_month < '2026-06-01' order by 1, 2`),
  ];
  await query(`delete from events where timestamp < '2026-06-01T00:00:00Z'`);
  await query(`insert into raw_horizon (since) values ('2026-06-01T00:00:00Z')`);
  const late = randomEvents(createRandom(4), 'demo', 60, Date.UTC(2026, 5, 5), span[1]);
  await store(late);
  await roll();
  await aggregate();
  await consumeAggregation(
    database.pool,
    'revenue',
    { site_id: 'demo', at: now.toISOString(), periodType: 'month', period: '2026-03-15' } as never,
    options,
  );
  expect(await kept()).toEqual(before);
  expect(
    await query(`select cohort_month::text, month_number, users_retained from user_cohorts
      where cohort_month < '2026-06-01' order by 1, 2`),
  ).toEqual(cohortsBefore);
  const months = await query(
    `select period_start::text as start, currency, payments from revenue_aggregates
    where period_type = 'month' and period_start >= '2026-06-01' order by 1, 2`,
  );
  const plain = plainRevenueRows([...events, ...late], 'America/New_York', now)
    .filter(({ type, start }) => type === 'month' && start >= '2026-06-01')
    .map(({ start, currency, payments }) => ({ start, currency, payments }));
  expect(months).toEqual(plain);
});
