/** Datasets count people, and bots only on request. */
import { addPartition } from '@millrace/shared/testing/add-partition';
import { createTestDatabase, type TestDatabase } from '@millrace/shared/testing/database';
import { parse } from 'csv-parse/sync';
import type { Express } from 'express';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readPage } from './dataset-pages.js';
import { buildDocumentedApp } from './documented-app.js';

let database: TestDatabase;
let app: Express;
const june = { site_id: 'shop', date_range: ['2026-06-01', '2026-06-01'] };

const events: [userId: string, eventType: string, path: string, bot: string | null][] = [
  ['ada', 'view', '/', null],
  ['ada', 'view', '/a', null],
  ['bob', 'view', '/', null],
  ['crawler', 'view', '/robots', 'GPTBot'],
  ['crawler', 'view', '/', 'GPTBot'],
  ['fetcher', 'fetch', '/feed', 'curl'],
];

beforeAll(async () => {
  database = await createTestDatabase();
  await addPartition(database.pool, '2026-06-01', '2026-07-01');
  await database.pool.query(`insert into sites (site_id) values ('shop')`);
  for (const [hour, event] of events.entries()) {
    await database.pool.query(
      `insert into events (site_id, timestamp, event_id, user_id, event_type, path, bot)
      values ('shop', timestamptz '2026-06-01 00:00Z' + $1 * interval '1 hour', gen_random_uuid(), $2, $3, $4, $5)`,
      [hour, ...event],
    );
  }
  ({ app } = buildDocumentedApp(database.pool));
});
afterAll(() => database.drop());

const values = async (dataset: string, given: object) =>
  (await readPage(app, dataset, { ...june, ...given })).rows.map((row) => Object.values(row));

describe.each([
  {
    dataset: 'timeseries',
    given: { metrics: ['views', 'visitors'], dimensions: ['bot'], order_by: [['bot', 'asc']] },
    ofPeople: [[null, 3, 2]],
    ofAll: [
      ['GPTBot', 2, 1],
      ['curl', 0, 1],
      [null, 3, 2],
    ],
  },
  {
    dataset: 'top-items',
    given: { of: 'paths', by: 'views' },
    ofPeople: [
      [1, '/', 2, 2, 2, 100],
      [2, '/a', 1, 1, 1, 50],
    ],
    ofAll: [
      [1, '/', 3, 3, 3, 75],
      [2, '/a', 1, 1, 1, 25],
      [3, '/robots', 1, 1, 1, 25],
      [4, '/feed', 1, 0, 1, 25],
    ],
  },
  {
    dataset: 'activity-trends',
    given: {},
    ofPeople: [['2026-06-01', 3, 3, 2]],
    ofAll: [['2026-06-01', 6, 5, 4]],
  },
  {
    dataset: 'engagement-metrics',
    given: {},
    ofPeople: [['view', 3, 2, 1.5, 100, '2026-06-01', '2026-06-01']],
    ofAll: [
      ['fetch', 1, 1, 1, 16.67, '2026-06-01', '2026-06-01'],
      ['view', 5, 3, 1.67, 83.33, '2026-06-01', '2026-06-01'],
    ],
  },
  {
    dataset: 'engagement-metrics',
    given: { per: 'day' },
    ofPeople: [['2026-06-01', 'view', 3, 2, 1.5, 100]],
    ofAll: [
      ['2026-06-01', 'fetch', 1, 1, 1, 16.67],
      ['2026-06-01', 'view', 5, 3, 1.67, 83.33],
    ],
  },
])('$dataset $asked', ({ dataset, given, ofPeople, ofAll }) => {
  it('excludes bots by default', async () => {
    expect(await values(dataset, given)).toEqual(ofPeople);
    expect(await values(dataset, { ...given, include_bots: false })).toEqual(ofPeople);
    expect(await values(dataset, { ...given, include_bots: true })).toEqual(ofAll);
  });

  it('says in its echo whether bots count', async () => {
    const echoOf = async (more: object) => (await readPage(app, dataset, { ...june, ...given, ...more })).query;
    expect(await echoOf({})).toMatchObject({ include_bots: false });
    expect(await echoOf({ include_bots: true })).toMatchObject({ include_bots: true });
  });

  it('accepts only true or false', async () => {
    const { body } = await request(app)
      .get(`/api/v1/datasets/${dataset}/rows?site_id=shop&include_bots=some`)
      .expect(400);
    expect(body.error).toMatchObject({
      details: { field: 'include_bots' },
      message: 'include_bots must be a boolean',
    });
  });

  it('describes the parameter', async () => {
    const { body } = await request(app).get(`/api/v1/datasets/${dataset}`).expect(200);
    expect(body.params.properties.include_bots).toEqual({ type: 'boolean', default: false });
  });
});

it('counts bots in files on request', async () => {
  const given = 'site_id=shop&date_range=2026-06-01,2026-06-01&of=paths';
  const pathsOf = async (more: string) => {
    const { text } = await request(app).get(`/api/v1/datasets/top-items/export.csv?${given}${more}`).expect(200);
    return (parse(text, { columns: true }) as { item: string }[]).map(({ item }) => item);
  };
  expect(await pathsOf('')).toEqual(['/', '/a']);
  expect(await pathsOf('&include_bots=true')).toEqual(['/', '/a', '/feed', '/robots']);
});

it('stores the parameter with an export', async () => {
  const params = { ...june, include_bots: true };
  const sent = { dataset: 'timeseries', params, format: 'csv' };
  const { body } = await request(app).post('/api/v1/exports').send(sent).expect(202);
  expect(body.params).toEqual(params);
});

it('is not a parameter of datasets of single events or aggregates', async () => {
  for (const dataset of ['events', 'transactions', 'revenue', 'profile-performance']) {
    const { body } = await request(app)
      .get(`/api/v1/datasets/${dataset}/rows?site_id=shop&include_bots=true`)
      .expect(400);
    expect(body.error.details).toEqual({ field: 'include_bots' });
  }
});
