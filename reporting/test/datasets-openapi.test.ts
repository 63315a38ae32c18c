/** The OpenAPI document describes datasets correctly: every example works, and every answer matches its schema. */
import { datasetsOfSingleEvents } from '@millrace/shared/contract/report-data';
import { addPartition } from '@millrace/shared/testing/add-partition';
import { createTestDatabase, type TestDatabase } from '@millrace/shared/testing/database';
import type { Express } from 'express';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { datasets } from '../src/datasets/datasets.js';
import { describeApi } from '../src/openapi/describe-api.js';
import { buildDocumentedApp, createJudge } from './documented-app.js';

let database: TestDatabase;
let app: Express;
const judge = createJudge();

beforeAll(async () => {
  database = await createTestDatabase();
  const { rows } = await database.pool.query(
    `select (current_date - 400)::text as first, (current_date + 2)::text as last`,
  );
  await addPartition(database.pool, rows[0].first, rows[0].last);
  await database.pool.query(`insert into sites (site_id) values ('demo')`);
  await database.pool.query(
    `insert into events (site_id, timestamp, event_id, event_type, path, user_id, profile_id, properties)
    select 'demo', now() - n * interval '2 hours', gen_random_uuid(),
      (array['view', 'signup', 'payment', 'refund', 'cost'])[1 + n % 5], '/' || n % 7, 'u' || n, 'p' || n % 3,
      jsonb_build_object('amount', n || '.50', 'currency', 'EUR', 'status', 'succeeded', 'transaction_id', 't' || n,
        'category', 'hosting', 'feature', 'search', 'big', 12345678901234567890)
    from generate_series(0, 60) as n`,
  );
  await database.pool.query(
    `insert into revenue_aggregates (site_id, period_type, period_start, currency, total_revenue, payments, succeeded, refunds, refunded, mrr, arr)
    select 'demo', 'month', date_trunc('month', now())::date, 'EUR', 12.50, 2, 1, 0, 0, 0, 0`,
  );
  app = buildDocumentedApp(database.pool).app;
});
afterAll(() => database.drop());

interface Parameter {
  name: string;
  examples?: Record<string, { value: unknown }>;
}
const { parameters: inPath, get } = describeApi().paths['/api/v1/datasets/{id}/rows'] as unknown as {
  parameters: Parameter[];
  get: { parameters: Parameter[] };
};
const examplesOf = (list: Parameter[], name: string) => list.find((each) => each.name === name)!.examples!;
const [ids, ranges, params] = [
  examplesOf(inPath, 'id'),
  examplesOf(get.parameters, 'date_range'),
  examplesOf(get.parameters, 'params'),
];

describe('the examples of the document', () => {
  it('exist for every dataset', () => {
    expect(Object.keys(ids)).toEqual(datasets.map(({ id }) => id));
    expect(Object.keys(params)).toEqual(Object.keys(ids));
  });

  it.each(Object.keys(ids))('of %s work, and return rows', async (example) => {
    const range = ranges[example]?.value;
    const own = params[example]!.value as Record<string, string>;
    const query = { site_id: 'demo', ...(range !== undefined && { date_range: range }), ...own };
    const { body } = await request(app).get(`/api/v1/datasets/${ids[example]!.value}/rows`).query(query).expect(200);
    expect(judge('DatasetRows', body)).toBeUndefined();
    const filled = ['revenue', ...datasets.filter(({ reads }) => reads === 'events').map(({ id }) => id)];
    expect(body.rows.length > 0).toBe(filled.includes(example));
  });
});

describe.each(datasets)('dataset $id', (dataset) => {
  it('is described as in the document', async () => {
    const { body } = await request(app).get(`/api/v1/datasets/${dataset.id}`).expect(200);
    expect(judge('Dataset', body)).toBeUndefined();
    expect(Object.keys(body.params.properties ?? {})).toEqual(Object.keys(dataset.params));
  });

  it('answers its example with the columns that it announced, in pages that fit together', async () => {
    const described = (await request(app).get(`/api/v1/datasets/${dataset.id}`)).body;
    const example = Object.fromEntries(
      Object.entries(dataset.example).map(([name, value]) => [
        name,
        typeof value === 'object' ? JSON.stringify(value) : value,
      ]),
    );
    const rowsOf = async (more: object) =>
      (
        await request(app)
          .get(`/api/v1/datasets/${dataset.id}/rows`)
          .query({ site_id: 'demo', ...example, ...more })
          .expect(200)
      ).body;
    const whole = await rowsOf({ page_size: 10_000 });
    expect(whole.columns).toEqual(described.columns);
    for (const row of whole.rows) {
      expect(Object.keys(row)).toEqual(described.columns.map(({ name }: { name: string }) => name));
    }
    const paged: unknown[] = [];
    let page = await rowsOf({ page_size: 3 });
    for (; page.next; page = await rowsOf({ page_size: 3, after: page.next })) paged.push(...page.rows);
    const timeless = (rows: object[]) => rows.map((row) => ({ ...row, change: undefined }));
    expect(timeless([...paged, ...page.rows] as object[])).toEqual(timeless(whole.rows));
  });
});

it('the list has every dataset, as the document says', async () => {
  const { body } = await request(app).get('/api/v1/datasets').expect(200);
  expect(judge('Datasets', body)).toBeUndefined();
  expect(body.datasets.map(({ id }: { id: string }) => id)).toEqual(datasets.map(({ id }) => id));
});

it('numbers inside JSON that do not fit in a double are strings', async () => {
  const { body } = await request(app).get('/api/v1/datasets/events/rows').query({ site_id: 'demo', date_range: '7d' });
  expect(body.rows[0].properties.big).toBe('12345678901234567890');
});

it('the list of datasets with single events, which erasing users relies on, is complete', () => {
  const single = datasets.filter((dataset) =>
    dataset.columns(dataset.example).some(({ name }) => ['event_id', 'user_id', 'timestamp'].includes(name)),
  );
  expect(single.map(({ id }) => id).sort()).toEqual([...datasetsOfSingleEvents].sort());
});
