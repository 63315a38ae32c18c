import { createRandom } from '@millrace/shared/testing/create-random';
import { expect, it } from 'vitest';
import { aggregateSite } from '../../src/aggregations/aggregate-site.js';
import { consumeAggregation } from '../../src/aggregations/consume-aggregations.js';
import { eraseUser } from '../../src/erase/erase-user.js';
import { addSite, database, now, query, roll, store, useEmptyDatabase } from './aggregated-site.js';
import { compareAggregates } from './compare-aggregates.js';
import { randomEvents, type TestEvent } from './random-events.js';

const span = [Date.UTC(2026, 6, 1), Date.UTC(2026, 10, 20, 10)] as const;
/** Around now, where intervals are still open. */
const lately = [Date.UTC(2026, 10, 18), Date.UTC(2026, 10, 20, 10)] as const;

useEmptyDatabase();

const aggregate = async (at = now) =>
  (await aggregateSite(database.pool, 'demo', { now: at, onProgress: () => {} })) as { rows: Record<string, number> };

const event = (event_type: string, timestamp: string, fields: Partial<TestEvent> = {}): TestEvent => {
  const [made] = randomEvents(createRandom(timestamp.length), 'demo', 1, ...span);
  return { ...made!, event_id: crypto.randomUUID(), path: '/', event_type, timestamp, user_id: 'ada', ...fields };
};

it.each([
  ['Europe/Berlin', 31],
  ['Pacific/Apia', 32],
  ['America/St_Johns', 33],
])('matches the events after each of many changes in %s, rolled or not', async (zone, seed) => {
  const random = createRandom(seed);
  await addSite(zone);
  let events = randomEvents(random, 'demo', 300, ...span);
  await store(events);
  await roll();
  await aggregate();
  for (let step = 0; step < 12; step += 1) {
    const change = random.below(5);
    const more = randomEvents(random, 'demo', 1 + random.below(6), ...random.pick([span, lately]));
    if (change === 0) {
      const userId = random.pick(['ada', 'bob', 'cem', 'dee']);
      await eraseUser(database.pool, { siteId: 'demo', userId, dryRun: false });
      events = events.filter(({ user_id }) => user_id !== userId);
    } else {
      await store(more);
      events = [...events, ...more];
    }
    if (random.below(2) === 0) await roll();
    await aggregate();
    if (random.below(3) === 0) await compareAggregates(database.pool, events, zone, now);
  }
  await roll();
  await aggregate();
  await compareAggregates(database.pool, events, zone, now);
});

it('does not recompute revenue, tournaments or publishers because of a view', async () => {
  await addSite('UTC');
  await store(randomEvents(createRandom(3), 'demo', 200, ...span));
  await roll();
  await aggregate();
  await store([event('view', '2026-11-10T10:01:00Z', { profile_id: 'banner' })]);
  await roll();
  const { rows } = await aggregate();
  expect(rows).toMatchObject({ revenue_aggregates: 0, tournament_aggregates: 0, publisher_performance: 0 });
  expect(rows.user_cohorts).toBeGreaterThan(0);
  expect(rows.profile_performance).toBeGreaterThan(0);
});

it('no longer counts events that were erased before their first roll', async () => {
  await addSite('UTC');
  const day = '2026-11-20T09:5';
  const events = [event('view', `${day}1:00Z`), event('signup', `${day}2:00Z`), event('ad_request', `${day}3:00Z`)];
  await store(events);
  await aggregate();
  await compareAggregates(database.pool, events, 'UTC', now);
  await query(`delete from events where event_type <> 'view'`);
  await store([event('view', `${day}4:00Z`)]);
  await roll();
  await aggregate();
  expect(await query('select * from user_cohorts')).toEqual([]);
  expect(await query('select * from publisher_performance')).toEqual([]);
});

it('counts both hours if the clock changes within an interval', async () => {
  await addSite('America/St_Johns');
  // The clock went from 00:01 to 01:01 on this day, at 03:31 UTC.
  await store([event('ad_request', '2010-03-14T03:30:30Z'), event('click', '2010-03-14T03:35:00Z')]);
  await roll();
  await aggregate();
  expect(
    await query(
      `select bucket_start, ad_requests, clicks from publisher_performance where granularity = 'hour' order by 1`,
    ),
  ).toEqual([
    { bucket_start: new Date('2010-03-14T03:30:00Z'), ad_requests: 1, clicks: 0 },
    { bucket_start: new Date('2010-03-14T03:31:00Z'), ad_requests: 0, clicks: 1 },
  ]);
});

it('moves a user to an earlier cohort when an earlier signup arrives late', async () => {
  await addSite('UTC');
  const events = [event('signup', '2026-10-05T10:00:00Z'), event('signup', '2026-09-05T10:00:00Z', { user_id: 'bob' })];
  await store(events);
  await roll();
  await aggregate();
  const late = event('signup', '2026-08-05T10:00:00Z');
  await store([late]);
  await roll();
  await aggregate();
  await compareAggregates(database.pool, [...events, late], 'UTC', now);
});

it('adds a new month even without events', async () => {
  await addSite('UTC');
  const events = [event('signup', '2026-10-05T10:00:00Z')];
  await store(events);
  await roll();
  await aggregate();
  const later = new Date('2026-12-01T10:00:00Z');
  await aggregate(later);
  await compareAggregates(database.pool, events, 'UTC', later);
});

const payment = (timestamp: string, user_id: string) =>
  event('payment', timestamp, {
    ...{ user_id, profile_id: 'banner' },
    properties: { transaction_id: 'T1', amount: '5', currency: 'EUR', status: 'succeeded' },
  });
const paidByDay = async () =>
  (await query(`select day::text, payments from profile_performance order by 1`)).map(Object.values);

it('moves a transaction to the day of an earlier payment that arrives late, whichever job processes it', async () => {
  await addSite('UTC');
  await store([payment('2026-06-02T10:00:00Z', 'ada')]);
  await roll();
  await aggregate();
  await store([payment('2026-06-01T10:00:00Z', 'ada')]);
  await roll();
  const job = { site_id: 'demo', at: now.toISOString(), periodType: 'day', period: '2026-06-01' };
  await consumeAggregation(database.pool, 'revenue', job, { now, onProgress: () => {} });
  await aggregate();
  expect(await paidByDay()).toEqual([
    ['2026-06-01', 1],
    ['2026-06-02', 0],
  ]);
});

it('counts a transaction at its next payment once the user who paid first is erased', async () => {
  await addSite('UTC');
  await store([payment('2026-06-01T10:00:00Z', 'ada'), payment('2026-06-02T10:00:00Z', 'bob')]);
  await roll();
  await aggregate();
  await eraseUser(database.pool, { siteId: 'demo', userId: 'ada', dryRun: false });
  await roll();
  await aggregate();
  expect(await paidByDay()).toEqual([['2026-06-02', 1]]);
});

it('keeps the marks of a table that fails, and continues with the others', async () => {
  await addSite('UTC');
  const events = randomEvents(createRandom(3), 'demo', 100, ...span);
  await store(events);
  await roll();
  await aggregate();
  const more = randomEvents(createRandom(4), 'demo', 40, ...span);
  await store(more);
  await roll();
  await query('alter table user_cohorts rename to user_cohorts_elsewhere');
  await expect(aggregate()).rejects.toThrow('user_cohorts');
  expect(await query('select distinct table_name from aggregation_marks')).toEqual([{ table_name: 'user_cohorts' }]);
  await query('alter table user_cohorts_elsewhere rename to user_cohorts');
  await aggregate();
  await compareAggregates(database.pool, [...events, ...more], 'UTC', now);
});

it('keeps marks only for the tables that the first aggregation did not compute', async () => {
  await addSite('UTC');
  const events = randomEvents(createRandom(5), 'demo', 100, ...span);
  await store(events);
  await roll();
  const [first] = await query('select min(interval_start) as start from aggregation_marks');
  await query('alter table user_cohorts rename to user_cohorts_elsewhere');
  await expect(aggregate()).rejects.toThrow('user_cohorts');
  expect(await query('select interval_start as start, event_types, table_name from aggregation_marks')).toEqual([
    { start: first!.start, event_types: null, table_name: 'user_cohorts' },
  ]);
  await query('alter table user_cohorts_elsewhere rename to user_cohorts');
  await aggregate();
  await compareAggregates(database.pool, events, 'UTC', now);
  expect(await query('select from aggregation_marks')).toEqual([]);
});

it('loses no change when one full recomputation overtakes another', async () => {
  await addSite('UTC');
  const events = randomEvents(createRandom(6), 'demo', 100, ...span);
  const more = randomEvents(createRandom(7), 'demo', 40, ...span);
  await store(events);
  await roll();
  let isOvertaken = false;
  const overtake = async () => {
    if (isOvertaken) return;
    isOvertaken = true;
    await store(more);
    await roll();
    await query('alter table revenue_aggregates rename to revenue_aggregates_elsewhere');
    await expect(aggregate()).rejects.toThrow('revenue_aggregates');
    await query('alter table revenue_aggregates_elsewhere rename to revenue_aggregates');
  };
  await aggregateSite(database.pool, 'demo', { now, onProgress: overtake });
  await aggregate();
  await compareAggregates(database.pool, [...events, ...more], 'UTC', now);
});

it('treats marks from a release without types and tables as marks for all', async () => {
  await addSite('UTC');
  const events = [event('signup', '2026-10-05T10:00:00Z'), event('ad_request', '2026-10-05T10:01:00Z')];
  await store(events);
  await roll();
  await aggregate();
  await query('delete from user_cohorts');
  await query('delete from publisher_performance');
  await query(`insert into aggregation_marks (site_id, interval_start) values ('demo', '2026-10-05T10:00:00Z')`);
  await aggregate();
  await compareAggregates(database.pool, events, 'UTC', now);
});
