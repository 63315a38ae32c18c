/** Sends events by HTTP, runs rolls, aggregations and metrics, and reads every dataset of aggregates by HTTP. */
import { addJob } from '@millrace/shared/queue/add-job';
import { openQueue } from '@millrace/shared/queue/queue';
import { silent } from '@millrace/shared/testing/database';
import { eventually } from '@millrace/shared/testing/eventually';
import { eventsStored, type Stack, startStack } from '@millrace/shared/testing/stack';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventId, post } from './send-events.js';

let stack: Stack;

const money = { currency: 'EUR', status: 'succeeded' };
const t1 = { ...money, transaction_id: 't1', amount: '30.00', interval: 'month' };
const cup = { tournament_id: 'cup', format: 'swiss', players: 16 };

/** Days of Berlin, whose clocks change on 26 October 2025. */
const sent: [time: string, type: string, more?: object][] = [
  ['2025-09-10T10:00:00Z', 'signup', { user_id: 'ada' }],
  ['2025-09-30T22:30:00Z', 'signup', { user_id: 'bob' }],
  ['2025-10-05T10:00:00Z', 'view', { user_id: 'ada' }],
  ['2025-10-26T10:00:00Z', 'payment', { user_id: 'ada', profile_id: 'p1', properties: t1 }],
  ['2025-10-26T10:00:05Z', 'payment', { user_id: 'ada', profile_id: 'p1', properties: t1 }],
  ['2025-10-26T22:59:59Z', 'impression', { profile_id: 'p1' }],
  ['2025-10-26T23:00:00Z', 'ad_request'],
  ['2025-10-26T23:00:00Z', 'ad_request'],
  ['2025-10-26T23:10:00Z', 'impression', { profile_id: 'p1' }],
  ['2025-10-26T23:20:00Z', 'click', { profile_id: 'p1' }],
  ['2025-10-26T23:30:00Z', 'revenue', { profile_id: 'p1', properties: { amount: '0.25', currency: 'EUR' } }],
  [
    '2025-10-27T10:00:00Z',
    'payment',
    { user_id: 'bob', properties: { ...t1, transaction_id: 't2', status: 'failed' } },
  ],
  ['2025-10-28T10:00:00Z', 'tournament_created', { properties: cup }],
  [
    '2025-10-28T12:00:00Z',
    'tournament_completed',
    { properties: { ...cup, duration_minutes: 120, revenue: '9.5', currency: 'EUR' } },
  ],
  [
    '2025-11-02T10:00:00Z',
    'refund',
    { properties: { transaction_id: 't1', refund_id: 'r1', amount: '5.50', currency: 'EUR' } },
  ],
];

beforeAll(async () => {
  stack = await startStack();
  await stack.database.pool.query(`insert into sites (site_id, timezone) values ('shop', 'Europe/Berlin')`);
  const events = sent.map(([timestamp, event_type, more], at) => ({
    ...{ site_id: 'shop', path: '/', event_type, timestamp, event_id: eventId(at) },
    ...more,
  }));
  expect(await post(`${stack.ingestionUrl}/events`, events)).toBe(200);
  await eventsStored(stack.database, sent.length);
  await work('site-aggregation', 'roll', {});
  await work('site-aggregation', 'all', {});
  for (const metricType of ['performance', 'revenue', 'quality']) {
    await work('metrics-calculation', 'calculate', { metricType, periodType: 'day', period: '2025-10-26' });
  }
});
afterAll(() => stack.stop());

/** Resolves when the job has succeeded. */
async function work(name: string, job: string, data: object): Promise<void> {
  const { queue, close } = openQueue(name, { kind: 'postgres', url: stack.databaseUrl, prefix: 'millrace' }, silent);
  const jobId = `${job}-${JSON.stringify(data)}`.replaceAll(/[^a-z0-9-]/gi, '-');
  await addJob(queue, job, { site_id: 'shop', ...data }, { jobId });
  await eventually(async () => (await queue.getJobState(jobId)) === 'completed', `${jobId} is completed`);
  await close();
}

/** Rows without the time at which they were computed. */
async function rowsOf(dataset: string, query: Record<string, string>): Promise<Record<string, unknown>[]> {
  const parameters = new URLSearchParams({ site_id: 'shop', date_range: '2025-09-01,2025-11-30', ...query });
  const answer = await fetch(`${stack.reportingUrl}/api/v1/datasets/${dataset}/rows?${parameters}`);
  const { rows } = (await answer.json()) as { rows: Record<string, unknown>[] };
  return rows.map(({ computed_at: _at, ...row }) => row);
}

it("revenue counts a transaction once, in the month of the site's time zone", async () => {
  const rows = await rowsOf('revenue', { period_type: 'month' });
  const shown = [
    'period_start',
    'currency',
    'total_revenue',
    'payments',
    'succeeded',
    'success_rate',
    'refunded',
    'mrr',
  ];
  expect(rows.map((row) => shown.map((name) => row[name]))).toEqual([
    ['2025-10-01', 'EUR', '30.00', 2, 1, 50, '0', '30'],
    ['2025-11-01', 'EUR', '-5.50', 0, 0, null, '5.50', '0'],
  ]);
});

it('revenue-summary and transactions agree with the events', async () => {
  const rows = await rowsOf('revenue-summary', {});
  expect(rows.map(({ period, status, count, sum }) => [period, status, count, sum])).toEqual([
    ['2025-10-01', 'failed', 1, '30.00'],
    ['2025-10-01', 'succeeded', 1, '30.00'],
    ['2025-11-01', 'refunded', 1, '5.50'],
  ]);
  expect((await rowsOf('transactions', {})).map(({ event_id, counted }) => [event_id, counted])).toEqual([
    [eventId(3), true],
    [eventId(4), false],
    [eventId(11), true],
    [eventId(14), true],
  ]);
});

it("cohorts start in the month of the signup in the site's time zone", async () => {
  const rows = await rowsOf('cohorts', {});
  const shown = rows.filter(({ month_number }) => Number(month_number) <= 1);
  expect(shown).toEqual([
    { cohort_month: '2025-09-01', month_number: 0, cohort_size: 1, users_retained: 1, retention_rate: 100 },
    { cohort_month: '2025-09-01', month_number: 1, cohort_size: 1, users_retained: 1, retention_rate: 100 },
    { cohort_month: '2025-10-01', month_number: 0, cohort_size: 1, users_retained: 1, retention_rate: 100 },
    { cohort_month: '2025-10-01', month_number: 1, cohort_size: 1, users_retained: 0, retention_rate: 0 },
  ]);
});

it('tournaments are counted in their week', async () => {
  expect(await rowsOf('tournaments', { period_type: 'week' })).toEqual([
    {
      ...{ period_start: '2025-10-27', created: 1, completed: 1, completion_rate: 100, total_players: 16 },
      ...{ average_players: 16, average_duration: 120, most_popular_format: 'swiss', revenue: { EUR: '9.5' } },
    },
  ]);
});

it("profile-performance uses days of the site's time zone, also across a clock change", async () => {
  const none = { views: 0, signups: 0 };
  expect(await rowsOf('profile-performance', {})).toEqual([
    {
      ...{ day: '2025-10-26', profile_id: 'p1', impressions: 1, ...none, clicks: 0, payments: 1, conversions: 1 },
      ...{ ctr: 0, conversion_rate: null, revenue: {}, ecpm: {} },
    },
    {
      ...{ day: '2025-10-27', profile_id: 'p1', impressions: 1, ...none, clicks: 1, payments: 0, conversions: 0 },
      ...{ ctr: 100, conversion_rate: 0, revenue: { EUR: '0.25' }, ecpm: { EUR: '250.000000' } },
    },
  ]);
});

it('publisher-performance sums hours to days', async () => {
  const figures = { ad_requests: 2, impressions: 1, clicks: 1, ctr: 100, fill_rate: 50 };
  const earned = { revenue: { EUR: '0.25' }, ecpm: { EUR: '250.000000' } };
  const days = await rowsOf('publisher-performance', { granularity: 'day' });
  expect(days[1]).toEqual({ bucket_start: '2025-10-26T23:00:00Z', day: '2025-10-27', ...figures, ...earned });
  expect(days.map(({ day, impressions }) => [day, impressions])).toEqual([
    ['2025-10-26', 1],
    ['2025-10-27', 1],
  ]);
  const hours = await rowsOf('publisher-performance', { granularity: 'hour' });
  expect(hours.map(({ bucket_start }) => bucket_start)).toEqual(['2025-10-26T22:00:00Z', '2025-10-26T23:00:00Z']);
});

it('site-metrics contains the results of the metrics jobs', async () => {
  const period_start = '2025-10-25T22:00:00Z';
  const read = (metric_type: string) => rowsOf('site-metrics', { metric_type, period_type: 'day' });
  expect(await read('performance')).toMatchObject([{ period_start, events: 3, visitors: 1, events_per_visitor: 3 }]);
  expect(await read('quality')).toMatchObject([{ period_start, events: 3, late: 3, without_user: 1 }]);
  expect(await read('revenue')).toEqual([
    { period_start, currency: 'EUR', total: '30.00', previous: '0', change_percent: null },
  ]);
});
