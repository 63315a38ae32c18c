import { expect, it } from 'vitest';
import {
  add,
  addSite,
  bringUpToDate,
  event,
  month,
  pay,
  query,
  readMonths,
  remove,
  useEmptyDatabase,
} from './aggregated-site.js';
import { uuidOf } from './random-events.js';

useEmptyDatabase();

it('reports an annual price as ARR to the last digit', async () => {
  await addSite('UTC');
  await add([pay('2026-10-01T12:00:00Z', '100.00', { interval: 'year' })]);
  expect(
    await query(`select arr::text, mrr::text from revenue_aggregates where period_type = 'year' and currency = 'EUR'`),
  ).toEqual([{ arr: '100', mrr: '8.33333333333333333333' }]);
});

it('counts a transaction that was delivered twice once, in the period of the first delivery', async () => {
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

it('counts each failed attempt of a transaction separately', async () => {
  await addSite('UTC');
  const failed = (timestamp: string) => pay(timestamp, '5.00', { ...month, status: 'failed' });
  await add([
    failed('2026-10-01T10:00:00Z'),
    failed('2026-10-02T10:00:00Z'),
    pay('2026-10-03T10:00:00Z', '5.00', month),
  ]);
  expect(await readMonths()).toMatchObject({ '2026-10': [3, 5] });
});

it('counts a late annual payment in every month since, and in none once it is erased', async () => {
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

it('keeps recurring revenue as it was counted if the raw payments were dropped', async () => {
  await addSite('UTC');
  const year = pay('2026-03-10T00:00:00Z', '120.00', { interval: 'year' });
  await add([year]);
  await query('delete from events where event_id = $1', year.event_id);
  await query(`insert into raw_horizon (since) values ('2026-06-01T00:00:00Z')`);
  await add([{ ...pay('2026-07-05T00:00:00Z', '3.00', { transaction_id: 'b' }), user_id: 'bob' }]);
  expect(await readMonths()).toMatchObject({ '2026-05': [0, 10], '2026-07': [1, 10], '2026-08': [0, 10] });
});
