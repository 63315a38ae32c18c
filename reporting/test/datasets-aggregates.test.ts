/** Datasets of aggregates: which rows a range has in the site's time zone, and how they are formatted. */
import { createTestDatabase, type TestDatabase } from '@millrace/shared/testing/database';
import type { Express } from 'express';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readPage, readPages } from './dataset-pages.js';
import { buildDocumentedApp } from './documented-app.js';

let database: TestDatabase;
let app: Express;

const insert = (text: string, ...values: unknown[]) => database.pool.query(text, values);

beforeAll(async () => {
  database = await createTestDatabase();
  await insert(`insert into sites (site_id, timezone) values ('shop', 'Europe/Berlin'), ('other', 'UTC')`);
  await insert(
    `insert into revenue_aggregates (site_id, period_type, period_start, currency, total_revenue, payments, succeeded,
      success_rate, refunds, refunded, mrr, arr, computed_at)
    select site, type, start::date, currency, 1234567890.120000, 4, 3, 75.0000, 1, 0.30, 8.33333333333333333333, 100, '2026-06-30T01:02:03.5Z'
    from unnest(array['shop', 'other']) as site,
      (values ('month', '2026-04-01'), ('month', '2026-05-01'), ('month', '2026-06-01'), ('week', '2026-05-25'), ('week', '2026-06-01'),
        ('day', '2026-06-01'), ('quarter', '2026-04-01'), ('year', '2026-01-01')) as p(type, start),
      unnest(array['EUR', 'USD']) as currency`,
  );
  await insert(
    `insert into user_cohorts (site_id, cohort_month, month_number, cohort_size, users_retained, retention_rate, computed_at)
    select 'shop', month, number, 8, 8 - number, round(100.0 * (8 - number) / 8, 4), '2026-06-30T00:00:00Z'
    from generate_series(date '2026-03-01', date '2026-06-01', interval '1 month') as month, generate_series(0, 2) as number`,
  );
  await insert(
    `insert into tournament_aggregates (site_id, period_type, period_start, created, completed, completion_rate, total_players,
      average_players, average_duration, most_popular_format, revenue, computed_at)
    select 'shop', 'month', month, 3, 2, 66.6667, 9007199254740993, 10.5000, null, 'swiss', '{"EUR": "12.30", "USD": "-1"}', '2026-06-30T00:00:00Z'
    from generate_series(date '2026-03-01', date '2026-06-01', interval '1 month') as month`,
  );
  await insert(
    `insert into profile_performance (site_id, day, profile_id, impressions, views, clicks, signups, payments, conversions, ctr,
      conversion_rate, revenue, ecpm, computed_at)
    select 'shop', day, profile, 7, 6, 5, 4, 3, 7, 71.4286, null, '{"EUR": "12.30"}', '{}', '2026-06-30T00:00:00Z'
    from generate_series(date '2026-06-01', date '2026-06-04', interval '1 day') as day, unnest(array['p1', 'P2', 'ü']) as profile`,
  );
  await insert(
    `insert into publisher_performance (site_id, granularity, bucket_start, ad_requests, impressions, clicks, ctr, fill_rate, revenue,
      ecpm, computed_at)
    select 'shop', granularity, start::timestamptz, 10, 5, 1, 20.0000, 50.0000, '{"EUR": "0.10"}', '{"EUR": "20.000000"}', '2026-06-30T00:00:00Z'
    from (values ('hour', '2026-05-31T21:00:00Z'), ('hour', '2026-05-31T22:00:00Z'), ('hour', '2026-06-01T00:00:00Z'),
      ('day', '2026-05-30T22:00:00Z'), ('day', '2026-05-31T22:00:00Z'), ('week', '2026-05-31T22:00:00Z'),
      ('week', '2026-06-07T22:00:00Z'), ('month', '2026-04-30T22:00:00Z'), ('month', '2026-05-31T22:00:00Z')) as b(granularity, start)`,
  );
  const figures = {
    performance: { events: 12, visitors: 3, events_per_visitor: 4, delay_p50_ms: 1.5, delay_p95_ms: null },
    quality: {
      ...{ events: 10, duplicates: 1, dead_letters: 0, late: 2, without_user: 3 },
      ...{ duplicates_percent: 9.0909, dead_letters_percent: 0, late_percent: 20, without_user_percent: 30 },
    },
    revenue: {
      EUR: { total: '12.30', previous: '10.00', change_percent: 23 },
      USD: { total: '-1', previous: '0', change_percent: null },
    },
  };
  for (const [type, values] of Object.entries(figures)) {
    for (const start of ['2026-05-31T21:00:00Z', '2026-05-31T22:00:00Z']) {
      await insert(
        `insert into site_metrics values ('shop', $1, 'hour', $2, $3, '2026-06-30T00:00:00Z')`,
        ...[type, start, JSON.stringify(values)],
      );
    }
    await insert(`insert into site_metrics values ('shop', $1, 'day', '2026-05-31T22:00:00Z', '{}')`, type);
  }
  app = buildDocumentedApp(database.pool).app;
});
afterAll(() => database.drop());

const read = async (dataset: string, query: object) =>
  (await readPage(app, dataset, { site_id: 'shop', date_range: '2026-06-01,2026-06-02', ...query })).rows;
const column = (rows: Record<string, unknown>[], name: string) => rows.map((row) => row[name]);

describe('revenue', () => {
  it('has the whole periods that the range touches, with every digit', async () => {
    expect(await read('revenue', { currency: 'EUR' })).toEqual([
      {
        period_start: '2026-06-01',
        currency: 'EUR',
        total_revenue: '1234567890.120000',
        payments: 4,
        succeeded: 3,
        success_rate: 75,
        refunds: 1,
        refunded: '0.30',
        mrr: '8.33333333333333333333',
        arr: '100',
        ...{
          mrr_opening: '0',
          mrr_new: '0',
          mrr_expansion: '0',
          mrr_contraction: '0',
          mrr_churned: '0',
          mrr_reactivated: '0',
        },
        churn_rate: null,
        net_retention: null,
        computed_at: '2026-06-30T01:02:03.5Z',
      },
    ]);
  });
  it.each([
    ['day', '2026-05-31,2026-06-01', ['2026-06-01']],
    ['week', '2026-05-31,2026-06-01', ['2026-05-25', '2026-06-01']],
    ['month', '2026-05-31,2026-06-01', ['2026-05-01', '2026-06-01']],
    ['quarter', '2026-06-30,2026-06-30', ['2026-04-01']],
    ['year', '2026-06-30,2026-06-30', ['2026-01-01']],
    ['month', '2026-07-01,2026-07-31', []],
    // Days in Kiritimati, which is 14 hours ahead of UTC.
    ['day', '2026-05-31T10:00:00Z,2026-05-31T11:00:00Z', ['2026-06-01']],
  ])('by %s over %s begins with the period that contains its first day', async (period_type, date_range, starts) => {
    const timezone = date_range.includes('T') ? 'Pacific/Kiritimati' : 'Europe/Berlin';
    const rows = await read('revenue', { period_type, date_range, timezone, currency: 'USD' });
    expect(column(rows, 'period_start')).toEqual(starts);
  });
});

it('cohorts have the months that the range touches, each with all later months', async () => {
  const rows = await read('cohorts', { date_range: '2026-05-31,2026-06-01' });
  expect(
    rows.map((row) => [row.cohort_month, row.month_number, row.cohort_size, row.users_retained, row.retention_rate]),
  ).toEqual([
    ['2026-05-01', 0, 8, 8, 100],
    ['2026-05-01', 1, 8, 7, 87.5],
    ['2026-05-01', 2, 8, 6, 75],
    ['2026-06-01', 0, 8, 8, 100],
    ['2026-06-01', 1, 8, 7, 87.5],
    ['2026-06-01', 2, 8, 6, 75],
  ]);
});

it('tournaments keep counts that do not fit in a double', async () => {
  expect(await read('tournaments', {})).toEqual([
    {
      ...{ period_start: '2026-06-01', created: 3, completed: 2, completion_rate: 66.6667 },
      ...{ total_players: '9007199254740993', average_players: 10.5, average_duration: null },
      ...{ most_popular_format: 'swiss', revenue: { EUR: '12.30', USD: '-1' }, computed_at: '2026-06-30T00:00:00Z' },
    },
  ]);
});

describe('profile-performance', () => {
  it('has the days of the range, and profiles in byte order', async () => {
    const rows = await read('profile-performance', {});
    expect(rows.map((row) => [row.day, row.profile_id])).toEqual(
      ['2026-06-01', '2026-06-02'].flatMap((day) => ['P2', 'p1', 'ü'].map((profile) => [day, profile])),
    );
    expect(rows[0]).toMatchObject({
      impressions: 7,
      conversions: 7,
      ctr: 71.4286,
      conversion_rate: null,
      revenue: { EUR: '12.30' },
    });
  });
  it('can be limited to certain profiles', async () => {
    expect(column(await read('profile-performance', { profile_ids: 'ü,none' }), 'profile_id')).toEqual(['ü', 'ü']);
    await expect(read('profile-performance', { profile_ids: 'p1\0' })).rejects.toThrow('without NUL');
  });
  it('fits together when read in pages', async () => {
    const query = { site_id: 'shop', date_range: '2026-06-01,2026-06-04' };
    const whole = (await readPage(app, 'profile-performance', query)).rows;
    for (const page_size of [1, 5, 11, 12]) {
      expect(await readPages(app, 'profile-performance', { ...query, page_size })).toEqual(whole);
    }
  });
});

describe('publisher-performance', () => {
  it.each([
    ['hour', '2026-06-01,2026-06-01', ['2026-05-31T22:00:00Z', '2026-06-01T00:00:00Z'], undefined],
    ['hour', '2026-05-31T21:59:00Z,2026-05-31T22:00:00Z', ['2026-05-31T21:00:00Z'], undefined],
    ['day', '2026-06-01,2026-06-01', ['2026-05-31T22:00:00Z'], '2026-06-01'],
    ['week', '2026-06-07,2026-06-07', ['2026-05-31T22:00:00Z'], '2026-06-01'],
    ['month', '2026-05-31,2026-06-30', ['2026-04-30T22:00:00Z', '2026-05-31T22:00:00Z'], '2026-05-01'],
  ])("by %s over %s has buckets in the site's time zone", async (granularity, date_range, starts, day) => {
    const rows = await read('publisher-performance', { granularity, date_range });
    expect(column(rows, 'bucket_start')).toEqual(starts);
    expect(rows[0]).toMatchObject({
      impressions: 5,
      fill_rate: 50,
      revenue: { EUR: '0.10' },
      ecpm: { EUR: '20.000000' },
    });
    expect(rows[0]!.day).toBe(day);
  });
});

describe('site-metrics', () => {
  const computed_at = '2026-06-30T00:00:00Z';
  const period_start = '2026-05-31T22:00:00Z';
  it('has a column for each figure of performance and quality', async () => {
    expect(await read('site-metrics', {})).toEqual([
      {
        period_start,
        events: 12,
        visitors: 3,
        events_per_visitor: 4,
        delay_p50_ms: 1.5,
        delay_p95_ms: null,
        computed_at,
      },
    ]);
    expect(await read('site-metrics', { metric_type: 'quality' })).toMatchObject([
      { period_start, events: 10, duplicates: 1, late_percent: 20, without_user_percent: 30, computed_at },
    ]);
  });
  it('has a row for each currency of revenue', async () => {
    expect(await read('site-metrics', { metric_type: 'revenue' })).toEqual([
      { period_start, currency: 'EUR', total: '12.30', previous: '10.00', change_percent: 23, computed_at },
      { period_start, currency: 'USD', total: '-1', previous: '0', change_percent: null, computed_at },
    ]);
    expect(await read('site-metrics', { metric_type: 'revenue', period_type: 'day' })).toEqual([]);
  });
});

describe('the meta of a dataset of aggregates', () => {
  const metaOf = async (dataset: string, query: object = {}) =>
    (await readPage(app, dataset, { site_id: 'new', date_range: '2026-06-01,2026-06-02', ...query })).meta;

  it('explains why there are no rows before the first aggregation, and says when the last one ran', async () => {
    await insert(`insert into sites (site_id) values ('new')`);
    const never = {
      aggregated_at: null,
      note: expect.stringContaining('This site has not been aggregated yet'),
    };
    for (const dataset of ['revenue', 'cohorts', 'tournaments', 'profile-performance', 'publisher-performance']) {
      expect(await metaOf(dataset)).toMatchObject(never);
    }
    await insert(`insert into site_aggregations (site_id, timezone, aggregated_at) values ('new', '', '-infinity')`);
    expect(await metaOf('revenue')).toMatchObject(never);
    await insert(`update site_aggregations set aggregated_at = '2026-06-30T01:02:03Z' where site_id = 'new'`);
    const meta = await metaOf('cohorts');
    expect(meta).toMatchObject({ aggregated_at: '2026-06-30T01:02:03.000Z' });
    expect(meta).not.toHaveProperty('note');
  });

  it('says when the metrics of the range were computed', async () => {
    const computed = { site_id: 'shop', metric_type: 'quality' };
    expect(await metaOf('site-metrics', computed)).toMatchObject({ aggregated_at: '2026-06-30T00:00:00.000Z' });
    const note = expect.stringContaining('No metrics have been computed for the periods of this range');
    const later = { ...computed, date_range: '2026-06-03,2026-06-04' };
    expect(await metaOf('site-metrics', later)).toMatchObject({ aggregated_at: null, note });
  });

  it('has neither if rows are counted from events', async () => {
    expect(Object.keys((await metaOf('activity-trends'))!).sort()).not.toContain('aggregated_at');
  });
});
