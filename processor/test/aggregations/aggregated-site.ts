/** A test site whose events are stored, rolled and aggregated. */
import { createTestDatabase, type TestDatabase } from '@millrace/shared/testing/database';
import { afterAll, beforeAll, beforeEach, expect } from 'vitest';
import { aggregateSite } from '../../src/aggregations/aggregate-site.js';
import { storeEvents } from '../../src/events/store-events.js';
import { rollSite } from '../../src/rollups/roll-site.js';
import { plainRevenueRows } from './plain-money.js';
import { type TestEvent, uuidOf } from './random-events.js';

export const now = new Date('2026-11-20T10:00:00Z');
export const span = { from: Date.UTC(2023, 10, 20), to: now.getTime() };

export let database: TestDatabase;

/** Empties the database before each test of the calling file. */
export function useEmptyDatabase(): void {
  beforeAll(async () => {
    database = await createTestDatabase();
  });
  beforeEach(() => database.empty());
  afterAll(() => database.drop());
}

export const query = async (sql: string, ...values: unknown[]) => (await database.pool.query(sql, values)).rows;

export const store = (events: TestEvent[]) => storeEvents(database.pool, JSON.stringify(events));

export const roll = (at = new Date('2026-11-20T11:00:00Z')) => rollSite(database.pool, 'demo', { now: at });

/** Aggregates without rolling first, which would take ten times as long; aggregates include events that are not rolled yet. */
export async function bringUpToDate(): Promise<void> {
  expect(await aggregateSite(database.pool, 'demo', { now, onProgress: () => {} })).toHaveProperty('rows');
}

export async function add(events: TestEvent[]): Promise<void> {
  await store(events);
  await bringUpToDate();
}

/** Like an erasure: deletes the events and marks their intervals. */
export async function remove(ids: string[]): Promise<void> {
  await query(
    `with gone as (delete from events where event_id = any($1) returning timestamp)
    insert into rollup_marks select 'demo', date_bin('15 minutes', timestamp, timestamptz '2000-01-01 00:00:00Z') from gone`,
    ids,
  );
  await bringUpToDate();
}

export const addSite = (zone: string) => query(`insert into sites (site_id, timezone) values ('demo', $1)`, zone);

const readAll = () =>
  query(`select period_type as type, period_start::text as start, currency, total_revenue::float as revenue, payments, succeeded,
      success_rate::float as rate, refunds, refunded::float, round(mrr_opening, 8)::float as opening, round(mrr_new, 8)::float as new,
      round(mrr_expansion, 8)::float as expansion, round(mrr_contraction, 8)::float as contraction,
      round(mrr_churned, 8)::float as churned, round(mrr_reactivated, 8)::float as reactivated, round(mrr, 8)::float as mrr,
      round(arr, 8)::float as arr, churn_rate::float as churn, net_retention::float as retention
    from revenue_aggregates order by period_type, period_start, currency`);

/** Movements must lead exactly from the opening to the end of a period, which is the opening of the next one. */
export async function expectSums(): Promise<void> {
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
export const readMonths = async () =>
  Object.fromEntries(
    (
      await query(`select to_char(period_start, 'YYYY-MM') as month, payments, mrr::float from revenue_aggregates
        where period_type = 'month' order by 1`)
    ).map(({ month, payments, mrr }) => [month, [payments, mrr]]),
  );

export function pay(timestamp: string, amount: string, properties: object = {}): TestEvent {
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

/** One line per row, so that a difference shows its period. */
const lines = (rows: object[]) => rows.map((row) => JSON.stringify(row));

export async function compare(events: TestEvent[], zone: string, graceDays?: number): Promise<void> {
  expect(lines(await readAll())).toEqual(lines(plainRevenueRows(events, zone, now, graceDays)));
  await expectSums();
}

export const month = { interval: 'month' };
export const mrrOn = async (...days: string[]) =>
  (
    await query(
      `select coalesce((select round(mrr, 6)::float from revenue_aggregates where period_type = 'day' and period_start = day), 0) as mrr
      from unnest($1::date[]) with ordinality as d(day, number) order by number`,
      days,
    )
  ).map(({ mrr }) => mrr);
export const event = (event_type: string, timestamp: string, properties: object): TestEvent => ({
  ...pay(timestamp, '0'),
  event_id: uuidOf(`${event_type} ${timestamp} ${JSON.stringify(properties)}`),
  event_type,
  properties: { ...properties },
});

export const payMonths = (...days: string[]) =>
  days.map((day) => pay(`${day}T12:00:00Z`, '30.00', { ...month, transaction_id: day }));

/** Ranges of days, up to today, with recurring revenue. */
export const paidDays = async () =>
  (
    await query(`select min(day)::text as from, max(day)::text as to, min(mrr)::float as least, max(mrr)::float as most
      from (select period_start as day, mrr, period_start - row_number() over (order by period_start)::int as run
        from revenue_aggregates where period_type = 'day' and mrr > 0) as days group by run order by 1`)
  ).map(({ from, to, least, most }) => [from, to, least, ...(most === least ? [] : [most])]);
