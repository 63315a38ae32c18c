/** Revenue of all periods against a computation by definition, and each rule of subscriptions by itself. */
import { createRandom } from '@millrace/shared/testing/create-random';
import { createTestDatabase, type TestDatabase } from '@millrace/shared/testing/database';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aggregateSite } from '../../src/aggregations/aggregate-site.js';
import { followSubscription } from '../../src/aggregations/follow-subscription.js';
import { storeEvents } from '../../src/events/store-events.js';
import { rollSite } from '../../src/rollups/roll-site.js';
import { plainRevenueRows } from './plain-money.js';
import { type TestEvent, uuidOf } from './random-events.js';
import { oddMoney, randomSubscriptions } from './random-subscriptions.js';

const now = new Date('2026-11-20T10:00:00Z');
const span = { from: Date.UTC(2023, 10, 20), to: now.getTime() };

let database: TestDatabase;
beforeEach(async () => {
  database = await createTestDatabase();
});
afterEach(() => database.drop());

const query = async (sql: string, ...values: unknown[]) => (await database.pool.query(sql, values)).rows;

async function bringUpToDate(): Promise<void> {
  await rollSite(database.pool, 'demo', { now: new Date('2026-11-20T11:00:00Z') });
  expect(await aggregateSite(database.pool, 'demo', { now, onProgress: () => {} })).toHaveProperty('rows');
}

async function add(events: TestEvent[]): Promise<void> {
  await storeEvents(database.pool, JSON.stringify(events));
  await bringUpToDate();
}

/** As an erasure does: the events go, and their intervals are marked. */
async function remove(ids: string[]): Promise<void> {
  await query(
    `with gone as (delete from events where event_id = any($1) returning timestamp)
    insert into rollup_marks select 'demo', date_bin('15 minutes', timestamp, timestamptz '2000-01-01 00:00:00Z') from gone`,
    ids,
  );
  await bringUpToDate();
}

const addSite = (zone: string) => query(`insert into sites (site_id, timezone) values ('demo', $1)`, zone);

const readAll = () =>
  query(`select period_type as type, period_start::text as start, currency, total_revenue::float as revenue, payments, succeeded,
      success_rate::float as rate, refunds, refunded::float, round(mrr_opening, 8)::float as opening, round(mrr_new, 8)::float as new,
      round(mrr_expansion, 8)::float as expansion, round(mrr_contraction, 8)::float as contraction,
      round(mrr_churned, 8)::float as churned, round(mrr_reactivated, 8)::float as reactivated, round(mrr, 8)::float as mrr,
      round(arr, 8)::float as arr, churn_rate::float as churn, net_retention::float as retention
    from revenue_aggregates order by period_type, period_start, currency`);

/** Exactly, to the last digit: movements lead from the opening to the end, which is where the next period of its type opens. */
async function expectSums(): Promise<void> {
  expect(
    await query(`select period_type, period_start from revenue_aggregates
      where mrr_opening + mrr_new + mrr_expansion + mrr_contraction + mrr_churned + mrr_reactivated <> mrr
        or abs(12 * mrr - arr) > 1e-15 or mrr_contraction > 0 or mrr_churned > 0`),
  ).toEqual([]);
  expect(
    await query(`select * from (
        select *, lead(mrr_opening) over (partition by period_type, currency order by period_start) as next from revenue_aggregates
      ) as rows where mrr > 0 and next <> mrr`),
  ).toEqual([]);
}

/** `month: payments, mrr`. */
const readMonths = async () =>
  Object.fromEntries(
    (
      await query(`select to_char(period_start, 'YYYY-MM') as month, payments, mrr::float from revenue_aggregates
        where period_type = 'month' order by 1`)
    ).map(({ month, payments, mrr }) => [month, [payments, mrr]]),
  );

function pay(timestamp: string, amount: string, properties: object = {}): TestEvent {
  return {
    site_id: 'demo',
    timestamp,
    event_id: uuidOf(`${timestamp} ${amount} ${JSON.stringify(properties)}`),
    event_type: 'payment',
    path: '',
    user_id: 'ada',
    properties: { transaction_id: 't', amount, currency: 'EUR', status: 'succeeded', ...properties },
  };
}

/** Left on one line each, so that a difference names its period. */
const lines = (rows: object[]) => rows.map((row) => JSON.stringify(row));

async function compare(events: TestEvent[], zone: string, graceDays?: number): Promise<void> {
  expect(lines(await readAll())).toEqual(lines(plainRevenueRows(events, zone, now, graceDays)));
  await expectSums();
}

it('is right however often subscriptions are cancelled, paid and taken back, in one currency or in all', async () => {
  const random = createRandom(7);
  await addSite('Europe/Berlin');
  const events = Array.from({ length: 400 }, (_, index): TestEvent => {
    const [currency, interval] = [random.pick(['EUR', 'USD', 'CHF']), random.pick(['day', 'week', 'week', 'month'])];
    const timestamp = new Date(Date.UTC(2026, 4, 1) + random.below(180) * 86_400_000 + index * 1_000).toISOString();
    const made = pay(timestamp, '5', { transaction_id: `t${index % 60}`, currency, interval });
    const event_type = random.pick(['payment', 'subscription_canceled', 'subscription_canceled', 'refund']);
    const properties: Record<string, object | undefined> = {
      refund: { transaction_id: `t${random.below(60)}`, amount: '5', currency },
      subscription_canceled: {
        ...random.pick([{}, {}, { currency }]),
        ends: random.pick(['now', 'period_end', 'period_end']),
      },
    };
    return { ...made, event_type, properties: { ...(properties[event_type] ?? made.properties) } };
  });
  await add(events);
  await compare(events, 'Europe/Berlin');
});

it('lets others go first with each day of a subscription, however many payments are taken back one by one', async () => {
  const plan = { amount: '5', currency: 'EUR', interval: 'month', count: 1 } as const;
  const dayOf = (index: number) => new Date(Date.UTC(2010, 0, 1 + index)).toISOString().slice(0, 10);
  const many = Array.from({ length: 1_500 }, (_, index) => ({ transaction: `t${index}`, day: dayOf(index) }));
  const payments = many.map(({ transaction }) => ({ kind: 'payment' as const, day: '2010-01-01', transaction, plan }));
  const refunds = many.map((which) => ({ kind: 'refund' as const, ...which, amount: '5', currency: 'EUR' }));
  let turns = 0;
  const changes = await followSubscription([...payments, ...refunds], 3, async () => {
    turns += 1;
  });
  expect(turns).toBe(1_500);
  expect(changes.filter((change) => change.plan !== null).length).toBe(1_452);
  expect(changes.at(-1)).toEqual({ day: dayOf(1_499), plan: null });
});

describe.each([
  ['UTC', 1],
  ['America/New_York', 2],
  ['Europe/Berlin', 3],
  ['Asia/Kolkata', 4],
  ['Pacific/Apia', 5],
])('in %s', (zone, seed) => {
  it('every figure of every period of three years is what the definitions say: at first, after late events, without erased ones', async () => {
    const random = createRandom(seed);
    await addSite(zone);
    const events = randomSubscriptions(random, 'demo', 14, span);
    const isLate = () => random.below(5) === 0;
    const [late, first] = [events.filter(isLate), [] as TestEvent[]];
    first.push(...events.filter((event) => !late.includes(event)));
    await add(first);
    await compare(first, zone);
    await add(late);
    await compare(events, zone);
    const erased = new Set(Array.from({ length: 20 }, () => random.pick(events).event_id));
    await remove([...erased]);
    await compare(
      events.filter(({ event_id }) => !erased.has(event_id)),
      zone,
    );
  });
});

const month = { interval: 'month' };
const mrrOn = async (...days: string[]) =>
  (
    await query(
      `select coalesce((select round(mrr, 6)::float from revenue_aggregates where period_type = 'day' and period_start = day), 0) as mrr
      from unnest($1::date[]) with ordinality as d(day, number) order by number`,
      days,
    )
  ).map(({ mrr }) => mrr);
const event = (event_type: string, timestamp: string, properties: object): TestEvent => ({
  ...pay(timestamp, '0'),
  event_id: uuidOf(`${event_type} ${timestamp} ${JSON.stringify(properties)}`),
  event_type,
  properties: { ...properties },
});

it('counts a month that is paid on its last day on every day since, whatever the length of months', async () => {
  await addSite('UTC');
  const days = ['2026-01-31', '2026-02-28', '2026-03-31', '2026-04-30', '2026-05-31'];
  await add(days.map((day) => pay(`${day}T12:00:00Z`, '30.00', { ...month, transaction_id: day })));
  const rows = await query(
    `select count(*)::int as days, min(mrr)::text as least, max(mrr)::text as most from revenue_aggregates
    where period_type = 'day' and period_start between '2026-01-31' and '2026-07-02'`,
  );
  expect(rows).toEqual([{ days: 153, least: '30', most: '30' }]);
  expect(await mrrOn('2026-01-30', '2026-07-02', '2026-07-03')).toEqual([0, 30, 0]);
});

it('makes of a price of a year that price as ARR, to the last digit', async () => {
  await addSite('UTC');
  await add([pay('2026-10-01T12:00:00Z', '100.00', { interval: 'year' })]);
  expect(
    await query(`select arr::text, mrr::text from revenue_aggregates where period_type = 'year' and currency = 'EUR'`),
  ).toEqual([{ arr: '100', mrr: '8.33333333333333333333' }]);
});

it('counts a transaction that was delivered twice once, in the period of the first', async () => {
  await addSite('UTC');
  const twice = (timestamp: string) => ({ ...pay(timestamp, '50.00', month), event_id: uuidOf('hook') });
  await add([twice('2026-09-30T23:59:56Z')]);
  await add([twice('2026-10-01T00:00:03Z')]);
  const refund = { transaction_id: 't', amount: '20', currency: 'EUR', refund_id: 'r' };
  await add([event('refund', '2026-10-02T00:00:00Z', refund), event('refund', '2026-11-02T00:00:07Z', refund)]);
  const totals = () =>
    query(`select to_char(period_start, 'YYYY-MM') as month, total_revenue::float as revenue, payments, refunds
      from revenue_aggregates where period_type = 'month' order by 1`);
  expect(await totals()).toEqual([
    { month: '2026-09', revenue: 50, payments: 1, refunds: 0 },
    { month: '2026-10', revenue: -20, payments: 0, refunds: 1 },
    { month: '2026-11', revenue: 0, payments: 0, refunds: 0 },
  ]);
  await query(
    `with gone as (delete from events where timestamp = '2026-09-30T23:59:56Z' returning timestamp)
    insert into rollup_marks select 'demo', date_bin('15 minutes', timestamp, timestamptz '2000-01-01 00:00:00Z') from gone`,
  );
  await bringUpToDate();
  expect((await totals())[0]).toEqual({ month: '2026-10', revenue: 30, payments: 1, refunds: 1 });
});

it('counts each failed attempt of a transaction by itself', async () => {
  await addSite('UTC');
  const failed = (timestamp: string) => pay(timestamp, '5.00', { ...month, status: 'failed' });
  await add([
    failed('2026-10-01T10:00:00Z'),
    failed('2026-10-02T10:00:00Z'),
    pay('2026-10-03T10:00:00Z', '5.00', month),
  ]);
  expect(await readMonths()).toMatchObject({ '2026-10': [3, 5] });
});

it.each([
  ['day', 1, '1.00', 30.416667],
  ['week', 1, '12.00', 52],
  ['week', 2, '12.00', 26],
  ['month', 1, '9.99', 9.99],
  ['month', 6, '60.00', 10],
  ['month', 7, '1', 0.142857],
  ['quarter', 1, '30.00', 10],
  ['year', 1, '100.00', 8.333333],
  ['year', 2, '240.00', 10],
])('normalizes a plan of each %s times %i at %s to %d a month', async (interval, interval_count, amount, mrr) => {
  await addSite('UTC');
  await add([pay('2026-11-20T09:00:00Z', amount, { interval, interval_count })]);
  expect(await mrrOn('2026-11-19', '2026-11-20')).toEqual([0, mrr]);
});

it('tells two subscriptions of a user apart, the second of which is expansion and its end contraction', async () => {
  await addSite('UTC');
  const one = { ...month, subscription_id: 'one', transaction_id: 'a' };
  const two = { ...month, subscription_id: 'two', transaction_id: 'b' };
  await add([
    pay('2026-10-01T10:00:00Z', '10.00', one),
    pay('2026-10-10T10:00:00Z', '5.00', two),
    event('subscription_canceled', '2026-10-20T10:00:00Z', { subscription_id: 'two' }),
  ]);
  expect(await mrrOn('2026-10-01', '2026-10-10', '2026-10-20', '2026-11-03', '2026-11-04')).toEqual([
    10, 15, 10, 10, 0,
  ]);
  const rows =
    await query(`select mrr_new::float, mrr_expansion::float, mrr_contraction::float, mrr_churned::float, mrr::float
    from revenue_aggregates where period_type = 'month' order by period_start`);
  expect(rows.map((row) => Object.values(row))).toEqual([
    [10, 5, -5, 0, 10],
    [0, 0, 0, -10, 0],
  ]);
});

it('ends a subscription at once when it is canceled, or when the next payment is due, without grace', async () => {
  await addSite('UTC');
  const paid = pay('2026-10-01T10:00:00Z', '10.00', month);
  await add([paid, event('subscription_canceled', '2026-10-20T10:00:00Z', { ends: 'period_end' })]);
  expect(await mrrOn('2026-10-20', '2026-10-31', '2026-11-01')).toEqual([10, 10, 0]);
  await add([event('subscription_canceled', '2026-10-21T10:00:00Z', {})]);
  expect(await mrrOn('2026-10-20', '2026-10-21')).toEqual([10, 0]);
});

it('takes a year back that was refunded whole, in one or several parts, and not one refunded in part', async () => {
  await addSite('UTC');
  const refund = (at: string, amount: string) => event('refund', at, { transaction_id: 't', amount, currency: 'EUR' });
  await add([pay('2026-03-01T10:00:00Z', '120.00', { interval: 'year' }), refund('2026-05-05T00:00:00Z', '119.99')]);
  expect(await mrrOn('2026-05-05', '2026-11-20')).toEqual([10, 10]);
  await add([refund('2026-06-06T00:00:00Z', '0.01')]);
  expect(await mrrOn('2026-06-05', '2026-06-06', '2026-11-20')).toEqual([10, 0, 0]);
});

it('follows a change of plan before its payment, and churns in one currency what begins in another', async () => {
  await addSite('UTC');
  const one = { ...month, subscription_id: 'one' };
  await add([
    pay('2026-10-01T10:00:00Z', '10.00', { ...one, transaction_id: 'a' }),
    event('subscription_changed', '2026-10-10T10:00:00Z', { ...one, amount: '120', currency: 'EUR', interval: 'year' }),
    event('subscription_changed', '2026-10-12T10:00:00Z', { ...one, amount: '18', currency: 'EUR' }),
    pay('2026-11-01T10:00:00Z', '20.00', { ...one, transaction_id: 'b', currency: 'USD' }),
  ]);
  const rows = await query(`select currency, mrr_new::float, mrr_expansion::float, mrr_churned::float, mrr::float,
      churn_rate::float, net_retention::float
    from revenue_aggregates where period_type = 'month' order by period_start, currency`);
  expect(rows.map((row) => Object.values(row))).toEqual([
    ['EUR', 10, 8, 0, 18, null, null],
    ['EUR', 0, 0, -18, 0, 100, 0],
    ['USD', 20, 0, 0, 20, null, null],
  ]);
});

const payMonths = (...days: string[]) =>
  days.map((day) => pay(`${day}T12:00:00Z`, '30.00', { ...month, transaction_id: day }));

/** Stretches of days, up to today, on which there is revenue that recurs. */
const paidDays = async () =>
  (
    await query(`select min(day)::text as from, max(day)::text as to, min(mrr)::float as least, max(mrr)::float as most
      from (select period_start as day, mrr, period_start - row_number() over (order by period_start)::int as run
        from revenue_aggregates where period_type = 'day' and mrr > 0) as days group by run order by 1`)
  ).map(({ from, to, least, most }) => [from, to, least, ...(most === least ? [] : [most])]);

it.each([
  ['monthly, the later ones five days early', ['2026-06-15', '2026-07-10', '2026-08-10', '2026-09-10'], '2026-10-17'],
  ['a month in advance on the next day', ['2026-06-15', '2026-06-16'], '2026-08-17'],
  ['three months on one day', ['2026-05-31', '2026-05-31T', '2026-05-31TT'], '2026-09-02'],
  ['late within the grace, then early', ['2026-06-15', '2026-07-18', '2026-08-01'], '2026-09-17'],
  ['at the very end of the grace', ['2026-01-31', '2026-03-03', '2026-03-30'], '2026-05-02'],
])('pays one more month with each payment: %s', async (_, days, last) => {
  await addSite('UTC');
  const payments = days.map((day, index) =>
    pay(`${day.slice(0, 10)}T1${index}:00:00Z`, '30.00', { ...month, transaction_id: day }),
  );
  await add(payments);
  expect(await paidDays()).toEqual([[days[0], last, 30]]);
});

it('begins a new anchor with a payment after the grace', async () => {
  await addSite('UTC');
  await add(payMonths('2026-06-15', '2026-07-19', '2026-08-21'));
  expect(await paidDays()).toEqual([
    ['2026-06-15', '2026-07-17', 30],
    ['2026-07-19', '2026-09-21', 30],
  ]);
});

it('pays for its own day at least with a late payment for days', async () => {
  await addSite('UTC');
  const daily = (day: string) => pay(`${day}T12:00:00Z`, '1.00', { interval: 'day', transaction_id: day });
  await add(['2026-06-01', '2026-06-04', '2026-06-05', '2026-06-05T'].map((day) => daily(day.slice(0, 10))));
  expect((await paidDays()).map(([from, to]) => [from, to])).toEqual([['2026-06-01', '2026-06-08']]);
});

it.each([
  ['while it is paid', 'period_end', ['2026-06-15', '2026-07-10', '2026-08-10'], [['2026-06-15', '2026-09-17', 30]]],
  ['on the day on which it ends', 'period_end', ['2026-06-15', '2026-07-15'], [['2026-06-15', '2026-08-17', 30]]],
  [
    'after it has ended, on a new anchor',
    'period_end',
    ['2026-06-15', '2026-07-16'],
    [
      ['2026-06-15', '2026-07-14', 30],
      ['2026-07-16', '2026-08-18', 30],
    ],
  ],
  [
    'after it was ended at once, on a new anchor',
    'now',
    ['2026-06-15', '2026-07-10'],
    [
      ['2026-06-15', '2026-06-19', 30],
      ['2026-07-10', '2026-08-12', 30],
    ],
  ],
])('resumes a canceled subscription with a payment %s', async (_, ends, days, expected) => {
  await addSite('UTC');
  await add([...payMonths(...days), event('subscription_canceled', '2026-06-20T10:00:00Z', { ends })]);
  expect(await paidDays()).toEqual(expected);
});

it.each([
  ['the month paid in advance', '2026-06-16', '2026-06-20', [['2026-06-15', '2026-07-17', 30]]],
  ['the first of two', '2026-06-15', '2026-06-20', [['2026-06-15', '2026-07-18', 30]]],
  ['the first, once only the second counts', '2026-06-15', '2026-07-25', [['2026-06-15', '2026-07-24', 30]]],
])('takes its month back with a full refund of %s', async (_, transaction_id, day, expected) => {
  await addSite('UTC');
  const refund = { transaction_id, amount: '30', currency: 'EUR' };
  await add([...payMonths('2026-06-15', '2026-06-16'), event('refund', `${day}T12:00:00Z`, refund)]);
  expect(await paidDays()).toEqual(expected);
});

it('lets an extra payment without an interval, a failed one, and one delivered twice pay for no month', async () => {
  await addSite('UTC');
  await add([
    ...payMonths('2026-06-15'),
    pay('2026-06-20T12:00:00Z', '4.20', { transaction_id: 'proration' }),
    pay('2026-06-21T12:00:00Z', '30.00', { ...month, transaction_id: 'failed', status: 'failed' }),
    { ...pay('2026-06-22T12:00:00Z', '30.00', { ...month, transaction_id: '2026-06-15' }), event_id: uuidOf('again') },
  ]);
  expect(await paidDays()).toEqual([['2026-06-15', '2026-07-17', 30]]);
});

it('begins a new anchor with a payment of another interval, and not with a change of the price', async () => {
  await addSite('UTC');
  const year = pay('2026-07-01T12:00:00Z', '120.00', { interval: 'year', transaction_id: 'y' });
  const price = event('subscription_changed', '2026-06-20T12:00:00Z', { ...month, amount: '20', currency: 'EUR' });
  await add([pay('2026-01-05T12:00:00Z', '240.00', { interval: 'year' }), ...payMonths('2026-06-15'), price]);
  expect(await paidDays()).toEqual([['2026-01-05', '2026-07-17', 20, 30]]);
  await add([year]);
  expect(await paidDays()).toEqual([['2026-01-05', '2026-11-20', 10, 30]]);
});

it('counts centuries paid in advance without an end that a date cannot hold', async () => {
  await addSite('UTC');
  const ages = { interval: 'year', interval_count: 366 };
  const days = Array.from({ length: 40 }, (_, index) => `2026-06-01T10:00:${10 + index}Z`);
  await add(days.map((at) => pay(at, '366.00', { ...ages, transaction_id: at })));
  expect((await paidDays()).map(([from, to]) => [from, to])).toEqual([['2026-06-01', '2026-11-20']]);
});

it('leaves out a stored change of a plan that says no interval', async () => {
  await addSite('UTC');
  const old = event('subscription_changed', '2026-06-20T12:00:00Z', { amount: '40', currency: 'EUR', plan: 'pro' });
  await add([...payMonths('2026-06-15'), old]);
  expect(await paidDays()).toEqual([['2026-06-15', '2026-07-17', 30]]);
});

it.each([11, 12, 13])('aggregates a site whose stored events of money say anything: seed %i', async (seed) => {
  const random = createRandom(seed);
  await addSite('Europe/Berlin');
  const events = randomSubscriptions(random, 'demo', 8, span);
  const all = [...events, ...oddMoney(random, events, 300)];
  await add(all);
  await compare(all, 'Europe/Berlin');
});

it('takes null for no subscription, no count, no currency and no end, and null for no interval as a single payment', async () => {
  await addSite('UTC');
  const nothing = { subscription_id: null, interval_count: null };
  await add([
    pay('2026-06-15T12:00:00Z', '30.00', { ...month, ...nothing, transaction_id: 'a' }),
    pay('2026-06-16T12:00:00Z', '30.00', { ...nothing, interval: null, transaction_id: 'b' }),
    event('subscription_changed', '2026-06-20T12:00:00Z', { ...month, ...nothing, amount: '20', currency: 'EUR' }),
    event('subscription_canceled', '2026-06-25T12:00:00Z', { subscription_id: null, currency: null, ends: null }),
    event('refund', '2026-07-01T12:00:00Z', { transaction_id: 'b', refund_id: null, amount: '1', currency: 'EUR' }),
    event('refund', '2026-07-02T12:00:00Z', { transaction_id: 'b', refund_id: null, amount: '1', currency: 'EUR' }),
  ]);
  expect(await paidDays()).toEqual([['2026-06-15', '2026-06-24', 20, 30]]);
  expect(await query(`select sum(refunds)::int as refunds from revenue_aggregates where period_type = 'year'`)).toEqual(
    [{ refunds: 2 }],
  );
});

it('ends with a cancellation without subscription_id only what its user pays without one', async () => {
  await addSite('UTC');
  await add([
    pay('2026-10-01T10:00:00Z', '10.00', { ...month, subscription_id: 'one', transaction_id: 'a' }),
    pay('2026-10-01T10:00:00Z', '5.00', { ...month, transaction_id: 'b' }),
    event('subscription_canceled', '2026-10-20T10:00:00Z', {}),
  ]);
  expect(await mrrOn('2026-10-19', '2026-10-20')).toEqual([15, 10]);
});

it('follows another number of days of grace', async () => {
  await addSite('UTC');
  await add([pay('2026-10-01T10:00:00Z', '10.00', month)]);
  expect(await mrrOn('2026-11-03', '2026-11-04')).toEqual([10, 0]);
  await aggregateSite(database.pool, 'demo', { now, graceDays: 0, onProgress: () => {} });
  expect(await mrrOn('2026-10-31', '2026-11-01')).toEqual([10, 0]);
  const events = randomSubscriptions(createRandom(6), 'demo', 10, span);
  await query('delete from events');
  await storeEvents(database.pool, JSON.stringify(events));
  await rollSite(database.pool, 'demo', { now: new Date('2026-11-20T11:00:00Z') });
  await query(`insert into aggregation_marks values ('demo', '2026-10-01T10:00:00Z')`);
  await aggregateSite(database.pool, 'demo', { now, graceDays: 0, onProgress: () => {} });
  await compare(events, 'UTC', 0);
});

it('recomputes everything where the release before has aggregated since, or a first time', async () => {
  await addSite('Europe/Berlin');
  const events = randomSubscriptions(createRandom(8), 'demo', 6, span);
  await add(events);
  await query(`update revenue_aggregates set mrr = 1, mrr_new = 0, payments = 99`);
  await query(`delete from money_events where timestamp > '2026-01-01'`);
  await query(`update site_aggregations set aggregated_at = aggregated_at + interval '1 second'`);
  await bringUpToDate();
  await compare(events, 'Europe/Berlin');
});

it('counts a year that was paid late in every month since, and in none of them once it is erased', async () => {
  await addSite('UTC');
  await add([pay('2026-10-10T00:00:00Z', '9.00', month)]);
  expect(await readMonths()).toEqual({ '2026-10': [1, 9], '2026-11': [0, 0] });
  const year = { ...pay('2026-07-01T00:00:00Z', '120.00', { interval: 'year', transaction_id: 'y' }), user_id: 'bob' };
  await add([year]);
  expect(await readMonths()).toEqual({
    '2026-07': [1, 10],
    '2026-08': [0, 10],
    '2026-09': [0, 10],
    '2026-10': [1, 19],
    '2026-11': [0, 10],
  });
  await remove([year.event_id]);
  expect(await readMonths()).toEqual({ '2026-10': [1, 9], '2026-11': [0, 0] });
});

it('has no success rate without payments', async () => {
  await addSite('UTC');
  await add([{ ...pay('2026-10-10T00:00:00Z', '4.00'), event_type: 'refund' }]);
  expect(
    await query(`select total_revenue::float, payments, refunds, success_rate from revenue_aggregates where period_type = 'month'
      and period_start = '2026-10-01'`),
  ).toEqual([{ total_revenue: -4, payments: 0, refunds: 1, success_rate: null }]);
});

it('leaves recurring revenue as it was counted where the payments behind it were dropped', async () => {
  await addSite('UTC');
  const year = pay('2026-03-10T00:00:00Z', '120.00', { interval: 'year' });
  await add([year]);
  await query('delete from events where event_id = $1', year.event_id);
  await query(`insert into raw_horizon (since) values ('2026-06-01T00:00:00Z')`);
  await add([{ ...pay('2026-07-05T00:00:00Z', '3.00', { transaction_id: 'b' }), user_id: 'bob' }]);
  expect(await readMonths()).toMatchObject({ '2026-05': [0, 10], '2026-07': [1, 10], '2026-08': [0, 10] });
});

it('computes three years of many subscribers', async () => {
  await addSite('UTC');
  const random = createRandom(2);
  const payments = Array.from({ length: 10_000 }, (_, index) => {
    const at = new Date(Date.UTC(2023, 10, 20) + random.below(1_095 * 86_400) * 1_000).toISOString();
    const interval = random.pick(['month', 'year']);
    return { ...pay(at, '12.00', { interval, transaction_id: `t${index}` }), user_id: `user-${random.below(1_000)}` };
  });
  await storeEvents(database.pool, JSON.stringify(payments));
  await query('analyze events');
  await aggregateSite(database.pool, 'demo', { now, onProgress: () => {} });
  expect(await query(`select count(*)::int as days from revenue_aggregates where period_type = 'day'`)).toEqual([
    { days: 1_097 },
  ]);
  await expectSums();
});
