/** Revenue of all periods against a plain computation, above all what recurs long after it was paid. */
import { createRandom } from '@millrace/shared/testing/create-random';
import { createTestDatabase, type TestDatabase } from '@millrace/shared/testing/database';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aggregateSite } from '../../src/aggregations/aggregate-site.js';
import { storeEvents } from '../../src/events/store-events.js';
import { rollSite } from '../../src/rollups/roll-site.js';
import { plainRevenueRows } from './plain-aggregates.js';
import { randomEvents, type TestEvent, uuidOf } from './random-events.js';

const now = new Date('2026-11-20T10:00:00Z');
const from = Date.UTC(2025, 8, 1);

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
      success_rate::float as rate, refunds, refunded::float, round(mrr, 4)::float as mrr
    from revenue_aggregates order by period_type, period_start, currency`);

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

describe.each(['UTC', 'America/New_York', 'Asia/Kolkata', 'Pacific/Apia'])('in %s', (zone) => {
  it('every row is what the events say: at first, after late ones, without erased ones', async () => {
    const random = createRandom(11);
    await addSite(zone);
    const events = randomEvents(random, 'demo', 700, from, now.getTime());
    await add(events);
    expect(await readAll()).toEqual(plainRevenueRows(events, zone, now));
    const late = randomEvents(random, 'demo', 40, from, now.getTime());
    await add(late);
    const all = [...events, ...late];
    expect(await readAll()).toEqual(plainRevenueRows(all, zone, now));
    const payments = all.filter(({ event_type }) => event_type === 'payment');
    const erased = new Set(Array.from({ length: 15 }, () => random.pick(payments).event_id));
    await remove([...erased]);
    const left = all.filter(({ event_id }) => !erased.has(event_id));
    expect(await readAll()).toEqual(plainRevenueRows(left, zone, now));
    expect(await query('select from revenue_aggregates where arr <> 12 * mrr')).toEqual([]);
  });
});

it('counts a year that was paid late in every month since, and in none of them once it is erased', async () => {
  await addSite('UTC');
  await add([pay('2026-10-10T00:00:00Z', '9.00', { interval: 'month' })]);
  expect(await readMonths()).toEqual({ '2026-10': [1, 9] });
  const year = { ...pay('2026-07-01T00:00:00Z', '120.00', { interval: 'year' }), user_id: 'bob' };
  await add([year]);
  expect(await readMonths()).toEqual({
    '2026-07': [1, 10],
    '2026-08': [0, 10],
    '2026-09': [0, 10],
    '2026-10': [1, 19],
    '2026-11': [0, 10],
  });
  await remove([year.event_id]);
  expect(await readMonths()).toEqual({ '2026-10': [1, 9] });
});

it('takes of a subscriber the last successful payment, that covers a month up to the moment when it ends', async () => {
  await addSite('UTC');
  await add([
    pay('2026-07-01T00:00:00Z', '5.00', { interval: 'month' }),
    pay('2026-08-15T00:00:00Z', '7.00', { interval: 'month', status: 'failed' }),
    pay('2026-08-15T00:05:00Z', '7.00', { interval: 'month' }),
    pay('2026-08-15T00:06:00Z', '7.00', { interval: 'month', again: true }),
    pay('2026-09-10T00:00:00Z', '240.00', { interval: 'year' }),
    pay('2026-10-02T00:00:00Z', '3.00'),
  ]);
  expect(await readMonths()).toEqual({
    '2026-07': [1, 5],
    '2026-08': [3, 7],
    '2026-09': [1, 20],
    '2026-10': [1, 20],
    '2026-11': [0, 20],
  });
});

it('has no success rate without payments', async () => {
  await addSite('UTC');
  await add([{ ...pay('2026-10-10T00:00:00Z', '4.00'), event_type: 'refund' }]);
  expect((await readAll()).filter(({ type }) => type === 'month')).toEqual([
    {
      type: 'month',
      start: '2026-10-01',
      currency: 'EUR',
      revenue: -4,
      payments: 0,
      succeeded: 0,
      rate: null,
      refunds: 1,
      refunded: 4,
      mrr: 0,
    },
  ]);
});

it('leaves recurring revenue as it was counted where the payments behind it were dropped', async () => {
  await addSite('UTC');
  const year = pay('2026-03-10T00:00:00Z', '120.00', { interval: 'year' });
  await add([year]);
  await query('delete from events where event_id = $1', year.event_id);
  await query(`insert into raw_horizon (since) values ('2026-06-01T00:00:00Z')`);
  await add([{ ...pay('2026-07-05T00:00:00Z', '3.00'), user_id: 'bob' }]);
  expect(await readMonths()).toMatchObject({ '2026-05': [0, 10], '2026-07': [1, 10], '2026-08': [0, 10] });
});

it('computes three years of many subscribers in seconds, not by comparing all payments with all periods', async () => {
  await addSite('UTC');
  const random = createRandom(2);
  const payments = Array.from({ length: 40_000 }, (_, index) => {
    const at = new Date(Date.UTC(2023, 10, 20) + random.below(1_095 * 86_400) * 1_000).toISOString();
    const interval = random.pick(['month', 'year']);
    return { ...pay(at, '12.00', { interval, index }), user_id: `user-${random.below(4_000)}` };
  });
  await storeEvents(database.pool, JSON.stringify(payments));
  await query('analyze events');
  const startedAt = performance.now();
  await aggregateSite(database.pool, 'demo', { now, onProgress: () => {} });
  expect(performance.now() - startedAt).toBeLessThan(20_000);
  expect(await query(`select count(*)::int as days from revenue_aggregates where period_type = 'day'`)).toEqual([
    { days: 1_097 },
  ]);
}, 60_000);
