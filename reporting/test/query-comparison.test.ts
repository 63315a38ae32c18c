/** Comparisons with an earlier period through `POST /api/v1/query`. */

import { buildServiceApp } from '@millrace/shared/platform/http';
import { createTelemetry } from '@millrace/shared/platform/telemetry';
import { addPartition } from '@millrace/shared/testing/add-partition';
import { createTestDatabase, silent, type TestDatabase } from '@millrace/shared/testing/database';
import type { Express } from 'express';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGate } from '../src/reading/gate.js';
import { queryRoute } from '../src/routes/query-route.js';

let database: TestDatabase;
let app: Express;
let now = new Date('2025-11-25T15:00:00Z');

/** One view at noon of each day. */
const addDaily = (siteId: string, from: string, to: string) =>
  database.pool.query(
    `insert into events (site_id, timestamp, event_id, event_type, path, user_id)
     select $1, day + interval '12 hours', gen_random_uuid(), 'view', '/', 'ada'
     from generate_series(($2 || 'T00:00Z')::timestamptz, ($3 || 'T00:00Z')::timestamptz, interval '24 hours') as day`,
    [siteId, from, to],
  );

beforeAll(async () => {
  database = await createTestDatabase();
  await addPartition(database.pool, '2022-01-01', '2027-01-01');
  await addDaily('daily', '2023-01-01', '2026-02-01');
  // Every quarter of an hour around the nights when the clocks change in New York.
  await database.pool.query(
    `insert into events (site_id, timestamp, event_id, event_type, path)
     select 'nights', time, gen_random_uuid(), 'view', '/' from (
       select generate_series('2025-11-01T04:00Z'::timestamptz, '2025-11-03T05:00Z', interval '15 minutes') as time
       union all select generate_series('2025-03-08T05:00Z'::timestamptz, '2025-03-10T05:00Z', interval '15 minutes')
     ) as times where time <> '2025-11-03T05:00Z'`,
  );
  app = buildServiceApp(
    { logger: silent, telemetry: createTelemetry(), health: {}, isClosing: () => false },
    (routes) => {
      const gate = createGate({ maxConcurrent: 2, maxWaiting: 10, maxWaitMs: 10_000 });
      routes.all('/api/v1/query', queryRoute({ pool: database.pool, gate, clock: () => now }));
    },
  );
});
afterAll(() => database.drop());

interface Row {
  dimensions: (string | null)[];
  metrics: (number | null)[];
  comparison: { dimensions: (string | null)[]; metrics: (number | null)[]; change: (number | null)[] };
}

async function ask(body: object): Promise<{ rows: Row[]; range: [string, string]; compared: [string, string] }> {
  const response = await request(app)
    .post('/api/v1/query')
    .send({ site_id: 'daily', metrics: ['views'], ...body })
    .expect(200);
  const { results, query } = response.body;
  return { rows: results, range: query.date_range, compared: query.comparison_date_range };
}
/** Bucket and count, then counterpart and its count. */
const pairsOf = (rows: Row[]) =>
  rows.map(({ dimensions, metrics, comparison }) => [
    dimensions[0],
    metrics[0],
    comparison.dimensions[0],
    comparison.metrics[0],
  ]);

describe('a comparison with the year before', () => {
  const include = { comparison: 'year_over_year' };
  it('compares whole weeks with whole weeks of the same number', async () => {
    const { rows } = await ask({ date_range: ['2026-01-05', '2026-02-01'], dimensions: ['time:week'], include });
    expect(pairsOf(rows)).toEqual([
      ['2026-01-05', 7, '2025-01-06', 7],
      ['2026-01-12', 7, '2025-01-13', 7],
      ['2026-01-19', 7, '2025-01-20', 7],
      ['2026-01-26', 7, '2025-01-27', 7],
    ]);
    expect(rows.map(({ comparison }) => comparison.change)).toEqual([[0], [0], [0], [0]]);
  });
  it('compares 29 February with nothing, and the days after it with themselves', async () => {
    const { rows } = await ask({ date_range: ['2024-02-28', '2024-03-02'], dimensions: ['time:day'], include });
    expect(pairsOf(rows)).toEqual([
      ['2024-02-28', 1, '2023-02-28', 1],
      ['2024-02-29', 1, null, null],
      ['2024-03-01', 1, '2023-03-01', 1],
      ['2024-03-02', 1, '2023-03-02', 1],
    ]);
    expect(rows[1]!.comparison.change).toEqual([null]);
  });
  it('leaves out 29 February of the year before in the days, but not in the total', async () => {
    const common = { date_range: ['2025-02-28', '2025-03-01'], include };
    const { rows } = await ask({ ...common, dimensions: ['time:day'] });
    expect(pairsOf(rows)).toEqual([
      ['2025-02-28', 1, '2024-02-28', 1],
      ['2025-03-01', 1, '2024-03-01', 1],
    ]);
    expect(pairsOf((await ask(common)).rows)).toEqual([[undefined, 2, undefined, 3]]);
  });
  it('compares Mondays with Mondays if the query requests it', async () => {
    const { rows, compared } = await ask({
      date_range: ['2026-01-05', '2026-01-06'],
      dimensions: ['time:day'],
      include: { ...include, match: 'weekday' },
    });
    expect(pairsOf(rows)).toEqual([
      ['2026-01-05', 1, '2025-01-06', 1],
      ['2026-01-06', 1, '2025-01-07', 1],
    ]);
    expect(compared).toEqual(['2025-01-06T00:00:00.000Z', '2025-01-08T00:00:00.000Z']);
  });
  it('compares paths within buckets with the same paths of the counterpart', async () => {
    const { rows } = await ask({
      date_range: ['2024-02-28', '2024-03-01'],
      dimensions: ['time:day', 'path'],
      metrics: ['views', 'share'],
      include,
    });
    expect(rows.map(({ comparison }) => [...comparison.dimensions, ...comparison.metrics])).toEqual([
      ['2023-02-28', '/', 1, 100],
      [null, '/', null, null],
      ['2023-03-01', '/', 1, 100],
    ]);
  });
});

describe('a comparison with the period before', () => {
  const include = { comparison: 'previous_period' };
  it.each([
    ['month', '2025-11-25', 25, 25],
    // February has only 28 days to compare the 31 days of March with.
    ['month', '2025-03-31', 31, 28],
    ['quarter', '2025-11-25', 56, 56],
    ['year', '2025-11-25', 329, 330],
    ['week', '2025-11-26', 3, 3],
    ['last_week', '2025-11-26', 7, 7],
    ['last_month', '2025-03-31', 28, 31],
    ['last_quarter', '2025-11-25', 92, 91],
    ['last_year', '2025-11-25', 366, 365],
    ['day', '2025-11-25', 1, 1],
    ['yesterday', '2025-11-25', 1, 1],
    ['45d', '2025-11-25', 45, 45],
    ['6mo', '2025-11-30', 183, 181],
  ])('compares %s on %s: %i days with %i', async (date_range, today, views, earlier) => {
    now = new Date(`${today}T15:00:00Z`);
    const { rows } = await ask({ date_range, include });
    expect(pairsOf(rows)).toEqual([[undefined, views, undefined, earlier]]);
    // The counterparts of the months are parts of the earlier range, and add up to its total.
    const byMonth = (await ask({ date_range, include, dimensions: ['time:month'] })).rows;
    const sum = (values: (number | null)[]) => values.reduce<number>((total, value) => total + (value ?? 0), 0);
    expect(sum(byMonth.map(({ metrics }) => metrics[0]!))).toBe(views);
    if (!date_range.endsWith('d')) expect(sum(byMonth.map(({ comparison }) => comparison.metrics[0]!))).toBe(earlier);
  });
  it('compares today so far with yesterday so far: in total, by day, by hour and by hour of the day', async () => {
    const common = { date_range: 'day', include };
    for (const [time, earlier] of [
      ['11:59:59Z', 0],
      ['12:00:01Z', 1],
    ] as const) {
      now = new Date(`2025-11-25T${time}`);
      expect(pairsOf((await ask(common)).rows)).toEqual([[undefined, 1, undefined, earlier]]);
      expect(pairsOf((await ask({ ...common, dimensions: ['time:day'] })).rows)).toEqual([
        ['2025-11-25', 1, '2025-11-24', earlier],
      ]);
      const hours = (await ask({ ...common, dimensions: ['time:hour'] })).rows;
      const noon = earlier === 1 ? ['2025-11-24T12:00:00+00:00', 1] : [null, null];
      expect(pairsOf(hours)[12]).toEqual(['2025-11-25T12:00:00+00:00', 1, ...noon]);
      const folded = (await ask({ ...common, dimensions: ['time:hour_of_day'] })).rows;
      expect(pairsOf(folded)[12]).toEqual(['12', 1, '12', earlier]);
    }
  });
  it('is null, not 0, when the month before has no such day', async () => {
    now = new Date('2025-03-31T15:00:00Z');
    const { rows } = await ask({ date_range: 'month', dimensions: ['time:day'], include });
    expect(pairsOf(rows).slice(26)).toEqual([
      ['2025-03-27', 1, '2025-02-27', 1],
      ['2025-03-28', 1, '2025-02-28', 1],
      ['2025-03-29', 1, null, null],
      ['2025-03-30', 1, null, null],
      ['2025-03-31', 1, null, null],
    ]);
  });
  it('compares each hour with the same hour of the day before, even on a day of 25 hours', async () => {
    const { rows } = await ask({
      site_id: 'nights',
      timezone: 'America/New_York',
      date_range: ['2025-11-02', '2025-11-02'],
      dimensions: ['time:hour'],
      include,
    });
    expect(rows).toHaveLength(25);
    expect(pairsOf(rows).slice(0, 4)).toEqual([
      ['2025-11-02T00:00:00-04:00', 4, '2025-11-01T00:00:00-04:00', 4],
      ['2025-11-02T01:00:00-04:00', 4, '2025-11-01T01:00:00-04:00', 4],
      ['2025-11-02T01:00:00-05:00', 4, null, null],
      ['2025-11-02T02:00:00-05:00', 4, '2025-11-01T02:00:00-04:00', 4],
    ]);
    expect(pairsOf(rows)[24]).toEqual(['2025-11-02T23:00:00-05:00', 4, '2025-11-01T23:00:00-04:00', 4]);
  });
  it('compares a day of 23 hours with the same hours of the day before', async () => {
    const { rows } = await ask({
      site_id: 'nights',
      timezone: 'America/New_York',
      date_range: ['2025-03-09', '2025-03-09'],
      dimensions: ['time:hour'],
      include,
    });
    expect(rows).toHaveLength(23);
    expect(pairsOf(rows).slice(1, 3)).toEqual([
      ['2025-03-09T01:00:00-05:00', 4, '2025-03-08T01:00:00-05:00', 4],
      ['2025-03-09T03:00:00-04:00', 4, '2025-03-08T03:00:00-05:00', 4],
    ]);
  });
});

describe('a comparison with given dates', () => {
  it('compares months in order, and with nothing once the other range has no more', async () => {
    const { rows } = await ask({
      date_range: ['2025-03-01', '2025-05-31'],
      dimensions: ['time:month'],
      include: { comparison: ['2024-02-01', '2024-03-31'] },
    });
    expect(pairsOf(rows)).toEqual([
      ['2025-03-01', 31, '2024-02-01', 29],
      ['2025-04-01', 30, '2024-03-01', 31],
      ['2025-05-01', 31, null, null],
    ]);
  });
});

describe('weeks and longer units', () => {
  it('begin on Sunday if the query requests it', async () => {
    now = new Date('2025-11-26T15:00:00Z');
    const { rows } = await ask({
      date_range: 'week',
      week_start: 'sunday',
      include: { comparison: 'previous_period' },
    });
    expect(pairsOf(rows)).toEqual([[undefined, 4, undefined, 4]]);
    const weeks = await ask({
      date_range: ['2025-11-20', '2025-11-25'],
      week_start: 'sunday',
      dimensions: ['time:week'],
    });
    expect(weeks.rows.map(({ dimensions, metrics }) => [dimensions[0], metrics[0]])).toEqual([
      ['2025-11-16', 3],
      ['2025-11-23', 3],
    ]);
  });
  it('are calendar quarters and years', async () => {
    const common = { date_range: ['2024-11-01', '2025-02-28'] };
    const quarters = (await ask({ ...common, dimensions: ['time:quarter'] })).rows;
    expect(quarters.map(({ dimensions, metrics }) => [dimensions[0], metrics[0]])).toEqual([
      ['2024-10-01', 61],
      ['2025-01-01', 59],
    ]);
    const years = (await ask({ ...common, dimensions: ['time:year'] })).rows;
    expect(years.map(({ dimensions, metrics }) => [dimensions[0], metrics[0]])).toEqual([
      ['2024-01-01', 61],
      ['2025-01-01', 59],
    ]);
  });
});
