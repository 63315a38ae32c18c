import { readJobAccount } from '@millrace/shared/contract/job-account';
import { createRandom } from '@millrace/shared/testing/create-random';
import { createTestDatabase, type TestDatabase } from '@millrace/shared/testing/database';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { writeDeadLetter } from '../../src/events/isolate-poison.js';
import { storeEvents } from '../../src/events/store-events.js';
import { calculateMetrics, type MetricsJob } from '../../src/metrics/calculate-metrics.js';
import { percent, round } from '../aggregations/plain-aggregates.js';
import { plainRevenueRows } from '../aggregations/plain-money.js';
import { randomEvents, type TestEvent, uuidOf } from '../aggregations/random-events.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
beforeEach(async () => {
  await database.empty();
  await database.pool.query(`insert into sites (site_id) values ('demo')`);
});
afterAll(() => database.drop());

const store = (events: TestEvent[]) => storeEvents(database.pool, JSON.stringify(events));
const query = async (sql: string, ...values: unknown[]) => (await database.pool.query(sql, values)).rows;

async function calculate(job: Partial<MetricsJob>): Promise<{ start: string; figures: Record<string, unknown> }> {
  await query('delete from site_metrics');
  const given = {
    metricType: 'performance',
    periodType: 'hour',
    period: 'previous',
    at: '2026-11-20T10:30:00Z',
    ...job,
  };
  const whole = { pool: database.pool, siteId: 'demo', timezone: 'UTC', ...given } as MetricsJob;
  await calculateMetrics(whole);
  await calculateMetrics(whole);
  const rows = await query('select period_start, figures from site_metrics');
  expect(rows).toHaveLength(1);
  return { start: rows[0].period_start.toISOString(), figures: rows[0].figures };
}

const view = (timestamp: string, user_id?: string): TestEvent => ({
  site_id: 'demo',
  event_type: 'view',
  timestamp,
  event_id: uuidOf(`${timestamp} ${user_id}`),
  path: '/',
  ...(user_id && { user_id }),
});

it('counts events and visitors, and measures how fast events were stored', async () => {
  await store([
    view('2026-11-20T09:00:00Z', 'ada'),
    view('2026-11-20T09:10:00Z', 'ada'),
    view('2026-11-20T09:20:00Z', 'bob'),
    view('2026-11-20T09:59:59.999Z'),
    view('2026-11-20T10:00:00Z', 'cem'),
  ]);
  await query(
    `update events set created_at = timestamp + case event_id when $1 then interval '3 seconds' else interval '1 second' end`,
    uuidOf('2026-11-20T09:20:00Z bob'),
  );
  await query(`update events set created_at = timestamp - interval '5 seconds' where user_id is null`);
  expect(await calculate({})).toEqual({
    start: '2026-11-20T09:00:00.000Z',
    figures: { events: 4, visitors: 2, events_per_visitor: 2, delay_p50_ms: 1000, delay_p95_ms: 2700 },
  });
});

it('is null without events', async () => {
  expect((await calculate({})).figures).toEqual({
    events: 0,
    visitors: 0,
    events_per_visitor: null,
    delay_p50_ms: null,
    delay_p95_ms: null,
  });
  expect((await calculate({ metricType: 'revenue' })).figures).toEqual({});
  expect((await calculate({ metricType: 'quality' })).figures).toMatchObject({
    duplicates_percent: null,
    dead_letters_percent: null,
    late_percent: null,
    without_user_percent: null,
  });
});

it.each([
  ['America/New_York', '2026-11-01T06:30:00Z', 'previous', '2026-11-01T05:00:00.000Z'],
  ['America/New_York', '2026-11-01T06:30:00Z', 'current', '2026-11-01T06:00:00.000Z'],
  ['Asia/Kolkata', '2026-11-20T10:40:00Z', 'previous', '2026-11-20T09:30:00.000Z'],
  ['Australia/Lord_Howe', '2026-10-03T15:45:00Z', 'previous', '2026-10-03T14:30:00.000Z'],
])('resolves hours in the time zone %s at %s, %s', async (timezone, at, period, start) => {
  expect((await calculate({ timezone, at, period })).start).toBe(start);
});

it('compares revenue with the previous period, per currency', async () => {
  const events = randomEvents(createRandom(11), 'demo', 1_500, Date.UTC(2026, 8, 1), Date.UTC(2026, 9, 31));
  await store(events);
  const months = plainRevenueRows(events, 'UTC', new Date('2026-10-31T12:00:00Z')).filter(
    ({ type }) => type === 'month',
  );
  const of = (month: string, currency: string) =>
    months.find((row) => row.start.startsWith(month) && row.currency === currency)!.revenue;
  const { start, figures } = await calculate({ metricType: 'revenue', periodType: 'month', period: '2026-10-11' });
  expect(start).toBe('2026-10-01T00:00:00.000Z');
  expect(Object.keys(figures).sort()).toEqual(['EUR', 'USD']);
  for (const [currency, value] of Object.entries(
    figures as Record<string, { total: string; previous: string; change_percent: number }>,
  )) {
    const [now, before] = [of('2026-10', currency), of('2026-09', currency)];
    expect(Number(value.total)).toBe(now);
    expect(Number(value.previous)).toBe(before);
    expect(value.change_percent).toBeCloseTo((100 * (now - before)) / Math.abs(before), 3);
  }
});

it('counts a transaction in the first hour if it was delivered again in the next', async () => {
  const paid = (timestamp: string): TestEvent => ({
    site_id: 'demo',
    timestamp,
    event_id: uuidOf(timestamp),
    event_type: 'payment',
    path: '',
    properties: { transaction_id: 't', amount: '50.00', currency: 'EUR', status: 'succeeded' },
  });
  await store([paid('2026-11-20T09:59:58Z'), paid('2026-11-20T10:00:05Z')]);
  const { figures } = await calculate({ metricType: 'revenue', period: 'current' });
  expect(figures).toEqual({ EUR: { total: '0', previous: '50.00', change_percent: -100 } });
});

it('measures the percentages of late, duplicate, dead-lettered and anonymous events', async () => {
  const hour = new Date(Math.floor(Date.now() / 3_600_000) * 3_600_000);
  const at = (minute: number) => new Date(hour.getTime() + minute).toISOString();
  const events = [1, 2, 3, 4, 5].map((second) => view(at(second), second === 1 ? undefined : `user-${second}`));
  await store(events);
  await store(events.slice(0, 2));
  await store([...events.slice(2, 3), view(at(6), 'ada')]);
  await query(`update events set created_at = timestamp + interval '16 minutes' where user_id = 'user-5'`);
  const account = readJobAccount('job', 1, Date.now());
  await writeDeadLetter(database.pool, { id: 'job', account, events: 1, isDone: true }, 'bad', '{"site_id":"demo"}');
  const { figures } = await calculate({ metricType: 'quality', period: 'current', at: new Date().toISOString() });
  expect(figures).toEqual({
    events: 6,
    duplicates: 3,
    dead_letters: 1,
    late: expect.any(Number),
    without_user: 1,
    duplicates_percent: 30,
    dead_letters_percent: 10,
    late_percent: expect.any(Number),
    without_user_percent: percent(1, 6),
  });
  expect(round(Number(figures.late_percent))).toBe(percent(Number(figures.late), 6));
  expect(Number(figures.late)).toBeGreaterThanOrEqual(1);
});

it('counts duplicates per site, and none if all events are new', async () => {
  const other = { ...view('2026-11-20T09:00:00Z', 'ada'), site_id: 'other' };
  await store([view('2026-11-20T09:00:00Z', 'ada'), other]);
  expect(await query('select * from event_duplicates')).toEqual([]);
  await store([other, view('2026-11-20T09:01:00Z', 'ada'), other]);
  expect(await query('select site_id, duplicates from event_duplicates')).toEqual([
    { site_id: 'other', duplicates: 2 },
  ]);
});
