/** Datasets of events against their definitions: several time zones, longer days, and rolled, late and erased events. */
import { contextColumns } from '@millrace/shared/contract/event-columns';
import { createTestDatabase, type TestDatabase } from '@millrace/shared/testing/database';
import type { Express } from 'express';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readFigures, readPage, readPages } from './dataset-pages.js';
import { addDatasetSites, type SiteName, zones } from './dataset-sites.js';
import { buildDocumentedApp } from './documented-app.js';
import * as naive from './naive-datasets.js';
import * as naiveMoney from './naive-money-datasets.js';
import type { SiteEvent } from './random-events.js';

let database: TestDatabase;
let app: Express;
let sites: Record<SiteName, SiteEvent[]>;
const now = new Date('2025-11-02T20:07:30Z');

beforeAll(async () => {
  database = await createTestDatabase();
  sites = await addDatasetSites(database.pool);
  app = buildDocumentedApp(database.pool, { clock: () => now }).app;
});
afterAll(() => database.drop());

const dayMs = 86_400_000;
const names = Object.keys(zones) as SiteName[];

/** As sent, and its meaning. The offsets are literal, so that the test does not compute them like the code. */
const spans: Record<string, { date_range: string; timezone?: string; from: string; to: string }> = {
  "days in the site's zone": { date_range: '2025-10-01,2025-11-03', from: '2025-10-01', to: '2025-11-04' },
  'a day with a clock change': { date_range: '2025-11-02,2025-11-02', from: '2025-11-02', to: '2025-11-03' },
  'days in another zone': {
    date_range: '2025-10-20,2025-11-02',
    timezone: 'Asia/Kathmandu',
    from: '2025-10-19T18:15:00Z',
    to: '2025-11-02T18:15:00Z',
  },
  instants: {
    date_range: '2025-10-04T10:03:00Z,2025-10-28T22:50:00Z',
    timezone: 'UTC',
    from: '2025-10-04T10:03:00Z',
    to: '2025-10-28T22:50:00Z',
  },
};

/** Midnight of a day, searched minute by minute. */
function startOf(day: string, zone: string): Date {
  let time = Date.parse(`${day}T00:00:00Z`) - dayMs;
  while (naive.dayIn(zone, new Date(time)) < day) time += 900_000;
  return new Date(time);
}

function rangeOf(site: SiteName, { timezone, from, to }: (typeof spans)[string]): naive.NaiveRange {
  const zone = timezone ?? zones[site];
  const instant = (text: string) => (text.length === 10 ? startOf(text, zone) : new Date(text));
  return { all: sites[site], from: instant(from), to: instant(to), zone };
}

const cases = names.flatMap((site) => Object.entries(spans).map(([span, requested]) => ({ site, span, requested })));

describe.each(cases)('of site $site, $span', ({ site, requested }) => {
  const range = () => rangeOf(site, requested);
  const { date_range, timezone } = requested;
  const query = { site_id: site, date_range, ...(timezone && { timezone }) };

  it('activity-trends has the counts of each day', async () => {
    expect(await readFigures(app, 'activity-trends', query)).toEqual(naive.activityTrends(range()));
  });
  it('user-growth counts users at their first signup', async () => {
    expect(await readFigures(app, 'user-growth', query)).toEqual(naive.userGrowth(range()));
  });
  it.each([
    ['paths', 'views', 5],
    ['referrers', 'visitors', 100],
    ['profiles', 'events', 100],
    ['event_types', 'events', 3],
  ] as const)('top-items has the top %s by %s', async (of, by, limit) => {
    expect(await readFigures(app, 'top-items', { ...query, of, by, limit })).toEqual(
      naive.topItems(range(), of, by, limit),
    );
  });
  it('engagement-metrics has the figures of each type, for the range and for each day', async () => {
    expect(await readFigures(app, 'engagement-metrics', query)).toEqual(naive.engagement(range()));
    expect(await readFigures(app, 'engagement-metrics', { ...query, per: 'day' })).toEqual(
      naive.engagementByDay(range()),
    );
  });
  it('events and costs have all events', async () => {
    const unknown = Object.fromEntries(contextColumns.map((name) => [name, null]));
    const events = naive.events(range()).map((event) => ({ ...event, ...unknown }));
    expect(await readFigures(app, 'events', query)).toEqual(events);
    const columns = ['timestamp', 'event_id', 'category', 'feature', 'amount', 'currency'];
    expect(await readFigures(app, 'costs', query, columns)).toEqual(naiveMoney.costs(range()));
  });
  it('transactions are counted at their first occurrence', async () => {
    const expected = naiveMoney.transactions(range());
    expect(await readFigures(app, 'transactions', query, Object.keys(expected[0] ?? {}))).toEqual(expected);
  });
  it.each(['day', 'week', 'month'])(
    'revenue-summary has the figures of counted transactions, by %s',
    async (period_type) => {
      const rows = await readFigures(app, 'revenue-summary', { ...query, period_type });
      expect(rows).toEqual(naiveMoney.revenueSummary(range(), period_type));
    },
  );
  it('cost-analysis adds up by category, by feature and by both', async () => {
    for (const by of ['category', 'feature', 'both'] as const) {
      const rows = await readFigures(app, 'cost-analysis', { ...query, by });
      const columns = by === 'both' ? (['category', 'feature'] as const) : [by];
      expect(rows.map(({ share: _share, ...row }) => row)).toEqual(naiveMoney.costAnalysis(range(), [...columns]));
    }
  });
  it('recent-activity has the newest events, newest first', async () => {
    const newest = naive.events(range()).reverse().slice(0, 30);
    const columns = ['timestamp', 'event_id', 'event_type', 'path', 'profile_id', 'referrer'];
    expect(await readFigures(app, 'recent-activity', { ...query, limit: 30 })).toEqual(
      newest.map((event) => Object.fromEntries(columns.map((name) => [name, event[name]]))),
    );
  });
  it('timeseries equals the answer of the query API', async () => {
    for (const fields of [
      { metrics: ['events', 'visitors', 'share'], dimensions: ['path', 'event_type'], order_by: [['visitors', 'asc']] },
      {
        metrics: ['views_per_visitor', 'event:click'],
        dimensions: ['property:plan', 'profile_id'],
        filters: [['is_set', 'user_id']],
      },
      { metrics: ['views'], dimensions: ['time:day_of_week', 'referrer'] },
      {
        metrics: ['sum:property:amount', 'average:property:amount', 'p50:property:amount'],
        dimensions: ['property:plan', 'path'],
      },
      { metrics: ['visitors'], dimensions: [] },
    ]) {
      const { rows } = await readPage(app, 'timeseries', { ...query, ...fields, page_size: 10_000 });
      const range = date_range.split(',');
      const { body } = await request(app)
        .post('/api/v1/query')
        .send({ ...query, ...fields, date_range: range })
        .expect(200);
      expect(rows.map((row) => Object.values(row).map((value) => (value === null ? null : String(value))))).toEqual(
        body.results.map(({ dimensions, metrics }: { dimensions: unknown[]; metrics: unknown[] }) =>
          [...dimensions, ...metrics].map((value) => (value === null ? null : String(value))),
        ),
      );
    }
  });
  it('comprehensive has the rows of the other datasets, section by section', async () => {
    const rows = await readFigures(app, 'comprehensive', { ...query, limit: 7 });
    expect(rows.map(({ row }) => row)).toEqual(rows.map((_row, at) => at + 1));
    const section = (name: string, ...columns: string[]) =>
      rows.filter((row) => row.section === name).map((row) => columns.map((column) => row[column]));
    const counts = ['events', 'views', 'visitors'];
    const values = (list: Record<string, unknown>[], ...columns: string[]) =>
      list.map((row) => columns.map((column) => row[column]));
    const months = naive.userGrowth(range());
    const growth = ['new_users', 'total_users', 'visitors', 'events'];
    expect(section('user_growth', 'period', ...growth)).toEqual(values(months, 'month', ...growth));
    expect(section('activity_trends', 'period', ...counts)).toEqual(
      values(naive.activityTrends(range()), 'day', ...counts),
    );
    for (const of of ['paths', 'referrers', 'profiles', 'event_types']) {
      expect(section(`top_${of}`, 'item', ...counts)).toEqual(
        values(naive.topItems(range(), of, 'events', 7), 'item', ...counts),
      );
    }
    expect(section('recent_activity', 'timestamp', 'event_type', 'item')).toEqual(
      values(naive.events(range()).reverse().slice(0, 7), 'timestamp', 'event_type', 'path'),
    );
    const newUsers = months.reduce((sum, { new_users }) => sum + Number(new_users), 0);
    expect(section('summary', 'new_users', 'total_users')).toEqual([[newUsers, months.at(-1)!.total_users]]);
  });
});

it('performance-metrics compares today with yesterday up to the same clock time, also on a day of 25 hours', async () => {
  const rows = await readFigures(app, 'performance-metrics', { site_id: 'late' });
  const counts = (from: string, to: string) => {
    const events = sites.late.filter(({ timestamp }) => timestamp >= new Date(from) && timestamp < new Date(to));
    const views = events.filter(({ event_type }) => event_type === 'view').length;
    const visitors = new Set(events.flatMap(({ user_id }) => user_id ?? [])).size;
    return { events: events.length, views, visitors, views_per_visitor: naive.ratio(views, visitors) };
  };
  const today = counts('2025-11-02T04:00:00Z', '2025-11-03T05:00:00Z');
  const yesterday = counts('2025-11-01T04:00:00Z', '2025-11-01T19:07:30Z');
  const hour = counts('2025-11-02T19:07:30Z', '2025-11-02T20:07:30Z').events;
  const hourBefore = counts('2025-11-02T18:07:30Z', '2025-11-02T19:07:30Z').events;
  const change = (before: number, value: number) =>
    before === 0 ? (value === 0 ? 0 : null) : Math.round((100 * (value - before)) / before);
  const row = (metric: string, value: number | null, previous: number | null) => ({
    metric,
    value,
    previous,
    change: change(previous ?? 0, value ?? 0),
  });
  expect(yesterday.visitors).toBeGreaterThan(0);
  expect(rows).toEqual([
    row('events', today.events, yesterday.events),
    row('events_last_hour', hour, hourBefore),
    row('views', today.views, yesterday.views),
    row('views_per_visitor', today.views_per_visitor, yesterday.views_per_visitor),
    row('visitors', today.visitors, yesterday.visitors),
  ]);
});

it('timeseries has metrics over properties as decimals', async () => {
  const parameters = { site_id: 'late', date_range: '2025-10-20,2025-11-02' };
  const metrics = 'sum:property:amount,p95:property:a.b';
  const { columns } = await readPage(app, 'timeseries', { ...parameters, metrics, dimensions: '[]' });
  expect(columns).toEqual([
    { name: 'sum:property:amount', title: 'Sum of amount', type: 'decimal' },
    { name: 'p95:property:a.b', title: 'Percentile 95 of a.b', type: 'decimal' },
  ]);
});
it('timeseries has ratios and averages of visits as numbers', async () => {
  const metrics = 'visits,bounce_rate,visit_duration,visit_duration_median,views_per_visit,share';
  const parameters = { site_id: 'late', date_range: '2025-10-20,2025-11-02', metrics, dimensions: '[]' };
  const { columns, rows } = await readPage(app, 'timeseries', parameters);
  expect(columns.map(({ type }) => type)).toEqual(['integer', 'number', 'number', 'number', 'number', 'number']);
  expect(Object.values(rows[0]!)).toEqual(Array.from({ length: 6 }, () => expect.any(Number)));
});
it('timeseries keeps the two hours of a repeated hour apart, in order', async () => {
  const parameters = {
    site_id: 'late',
    date_range: '2025-11-02,2025-11-02',
    metrics: 'events',
    dimensions: 'time:hour',
  };
  const { rows } = await readPage(app, 'timeseries', parameters);
  expect(rows.slice(0, 4).map((row) => row['time:hour'])).toEqual([
    '2025-11-02T04:00:00Z',
    '2025-11-02T05:00:00Z',
    '2025-11-02T06:00:00Z',
    '2025-11-02T07:00:00Z',
  ]);
  expect(rows).toHaveLength(25);
});

const paged: [string, Record<string, unknown>][] = [
  ['activity-trends', {}],
  ['user-growth', {}],
  ['top-items', { of: 'paths', by: 'visitors' }],
  ['recent-activity', { limit: 40 }],
  ['engagement-metrics', { per: 'day' }],
  ['events', {}],
  ['transactions', {}],
  ['costs', {}],
  ['revenue-summary', { period_type: 'day' }],
  ['cost-analysis', { by: 'both' }],
  [
    'timeseries',
    {
      metrics: 'visitors,views_per_visitor',
      dimensions: 'property:plan,profile_id',
      order_by: [['views_per_visitor', 'desc']],
    },
  ],
  ['timeseries', { metrics: 'events', dimensions: 'time:day,path', order_by: [['path', 'desc']] }],
  ['timeseries', { metrics: 'sum:property:amount,events', dimensions: 'path,property:plan' }],
  ['comprehensive', { limit: 3 }],
];
it.each(paged)('pages of %s %j of any size have the same rows as one page', async (dataset, params) => {
  const query = { site_id: 'late', date_range: '2025-10-20,2025-11-02', ...params };
  const whole = (await readPage(app, dataset, { ...query, page_size: 10_000 })).rows;
  expect(whole.length).toBeGreaterThan(1);
  for (const page_size of [Math.ceil(whole.length / 7), whole.length - 1, whole.length]) {
    expect(await readPages(app, dataset, { ...query, page_size })).toEqual(whole);
  }
});
