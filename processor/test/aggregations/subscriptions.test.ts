import { expect, it } from 'vitest';
import { trackSubscription } from '../../src/aggregations/track-subscription.js';
import {
  add,
  addSite,
  event,
  month,
  mrrOn,
  paidDays,
  pay,
  payMonths,
  query,
  useEmptyDatabase,
} from './aggregated-site.js';
import { uuidOf } from './random-events.js';

useEmptyDatabase();

it('yields to the event loop however many payments are refunded one by one', async () => {
  const plan = { amount: '5', currency: 'EUR', interval: 'month', count: 1 } as const;
  const dayOf = (index: number) => new Date(Date.UTC(2010, 0, 1 + index)).toISOString().slice(0, 10);
  const many = Array.from({ length: 1_500 }, (_, index) => ({ transaction: `t${index}`, day: dayOf(index) }));
  const payments = many.map(({ transaction }) => ({ kind: 'payment' as const, day: '2010-01-01', transaction, plan }));
  const refunds = many.map((which) => ({ kind: 'refund' as const, ...which, amount: '5', currency: 'EUR' }));
  let turns = 0;
  const changes = await trackSubscription([...payments, ...refunds], 3, async () => {
    turns += 1;
  });
  expect(turns).toBe(1_500);
  expect(changes.filter((change) => change.plan !== null).length).toBe(1_452);
  expect(changes.at(-1)).toEqual({ day: dayOf(1_499), plan: null });
});

it('counts every day of subscriptions paid on the last day of a month, whatever the length of months', async () => {
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
])(
  'normalizes a plan with interval %s, count %i and price %s to %d a month',
  async (interval, interval_count, amount, mrr) => {
    await addSite('UTC');
    await add([pay('2026-11-20T09:00:00Z', amount, { interval, interval_count })]);
    expect(await mrrOn('2026-11-19', '2026-11-20')).toEqual([0, mrr]);
  },
);

it('counts a second subscription of a user as expansion, and its end as contraction', async () => {
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

it('ends a canceled subscription immediately or when the next payment is due, without grace', async () => {
  await addSite('UTC');
  const paid = pay('2026-10-01T10:00:00Z', '10.00', month);
  await add([paid, event('subscription_canceled', '2026-10-20T10:00:00Z', { ends: 'period_end' })]);
  expect(await mrrOn('2026-10-20', '2026-10-31', '2026-11-01')).toEqual([10, 10, 0]);
  await add([event('subscription_canceled', '2026-10-21T10:00:00Z', {})]);
  expect(await mrrOn('2026-10-20', '2026-10-21')).toEqual([10, 0]);
});

it('takes back a year that was fully refunded, in one or several parts, but not one partially refunded', async () => {
  await addSite('UTC');
  const refund = (at: string, amount: string) => event('refund', at, { transaction_id: 't', amount, currency: 'EUR' });
  await add([pay('2026-03-01T10:00:00Z', '120.00', { interval: 'year' }), refund('2026-05-05T00:00:00Z', '119.99')]);
  expect(await mrrOn('2026-05-05', '2026-11-20')).toEqual([10, 10]);
  await add([refund('2026-06-06T00:00:00Z', '0.01')]);
  expect(await mrrOn('2026-06-05', '2026-06-06', '2026-11-20')).toEqual([10, 0, 0]);
});

it('applies a plan change before its payment, and counts a change of currency as churned and new', async () => {
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

it.each([
  ['monthly, the later ones five days early', ['2026-06-15', '2026-07-10', '2026-08-10', '2026-09-10'], '2026-10-17'],
  ['a month in advance on the next day', ['2026-06-15', '2026-06-16'], '2026-08-17'],
  ['three months on one day', ['2026-05-31', '2026-05-31T', '2026-05-31TT'], '2026-09-02'],
  ['late within the grace, then early', ['2026-06-15', '2026-07-18', '2026-08-01'], '2026-09-17'],
  ['at the very end of the grace', ['2026-01-31', '2026-03-03', '2026-03-30'], '2026-05-02'],
])('adds one paid month with each payment: %s', async (_, days, last) => {
  await addSite('UTC');
  const payments = days.map((day, index) =>
    pay(`${day.slice(0, 10)}T1${index}:00:00Z`, '30.00', { ...month, transaction_id: day }),
  );
  await add(payments);
  expect(await paidDays()).toEqual([[days[0], last, 30]]);
});

it('starts a new anchor with a payment after the grace period', async () => {
  await addSite('UTC');
  await add(payMonths('2026-06-15', '2026-07-19', '2026-08-21'));
  expect(await paidDays()).toEqual([
    ['2026-06-15', '2026-07-17', 30],
    ['2026-07-19', '2026-09-21', 30],
  ]);
});

it('covers at least its own day with a late payment for days', async () => {
  await addSite('UTC');
  const daily = (day: string) => pay(`${day}T12:00:00Z`, '1.00', { interval: 'day', transaction_id: day });
  await add(['2026-06-01', '2026-06-04', '2026-06-05', '2026-06-05T'].map((day) => daily(day.slice(0, 10))));
  expect((await paidDays()).map(([from, to]) => [from, to])).toEqual([['2026-06-01', '2026-06-08']]);
});

it.each([
  [
    'while it is still paid',
    'period_end',
    ['2026-06-15', '2026-07-10', '2026-08-10'],
    [['2026-06-15', '2026-09-17', 30]],
  ],
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
    'after it was ended immediately, on a new anchor',
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
])('takes back a month with a full refund of %s', async (_, transaction_id, day, expected) => {
  await addSite('UTC');
  const refund = { transaction_id, amount: '30', currency: 'EUR' };
  await add([...payMonths('2026-06-15', '2026-06-16'), event('refund', `${day}T12:00:00Z`, refund)]);
  expect(await paidDays()).toEqual(expected);
});

it('ignores payments without an interval, failed payments and duplicates when counting paid months', async () => {
  await addSite('UTC');
  await add([
    ...payMonths('2026-06-15'),
    pay('2026-06-20T12:00:00Z', '4.20', { transaction_id: 'proration' }),
    pay('2026-06-21T12:00:00Z', '30.00', { ...month, transaction_id: 'failed', status: 'failed' }),
    { ...pay('2026-06-22T12:00:00Z', '30.00', { ...month, transaction_id: '2026-06-15' }), event_id: uuidOf('again') },
  ]);
  expect(await paidDays()).toEqual([['2026-06-15', '2026-07-17', 30]]);
});

it('starts a new anchor with a payment for another interval, but not with a change of price', async () => {
  await addSite('UTC');
  const year = pay('2026-07-01T12:00:00Z', '120.00', { interval: 'year', transaction_id: 'y' });
  const price = event('subscription_changed', '2026-06-20T12:00:00Z', { ...month, amount: '20', currency: 'EUR' });
  await add([pay('2026-01-05T12:00:00Z', '240.00', { interval: 'year' }), ...payMonths('2026-06-15'), price]);
  expect(await paidDays()).toEqual([['2026-01-05', '2026-07-17', 20, 30]]);
  await add([year]);
  expect(await paidDays()).toEqual([['2026-01-05', '2026-11-20', 10, 30]]);
});

it('counts centuries paid in advance without overflowing dates', async () => {
  await addSite('UTC');
  const ages = { interval: 'year', interval_count: 366 };
  const days = Array.from({ length: 40 }, (_, index) => `2026-06-01T10:00:${10 + index}Z`);
  await add(days.map((at) => pay(at, '366.00', { ...ages, transaction_id: at })));
  expect((await paidDays()).map(([from, to]) => [from, to])).toEqual([['2026-06-01', '2026-11-20']]);
});

it('ignores a stored plan change without an interval', async () => {
  await addSite('UTC');
  const old = event('subscription_changed', '2026-06-20T12:00:00Z', { amount: '40', currency: 'EUR', plan: 'pro' });
  await add([...payMonths('2026-06-15'), old]);
  expect(await paidDays()).toEqual([['2026-06-15', '2026-07-17', 30]]);
});

it('treats null as absent, so that a payment without an interval is a one-time payment', async () => {
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

it("ends only the user's subscriptions without an id with a cancellation without subscription_id", async () => {
  await addSite('UTC');
  await add([
    pay('2026-10-01T10:00:00Z', '10.00', { ...month, subscription_id: 'one', transaction_id: 'a' }),
    pay('2026-10-01T10:00:00Z', '5.00', { ...month, transaction_id: 'b' }),
    event('subscription_canceled', '2026-10-20T10:00:00Z', {}),
  ]);
  expect(await mrrOn('2026-10-19', '2026-10-20')).toEqual([15, 10]);
});
