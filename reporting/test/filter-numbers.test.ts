/** Filters that compare numbers are exact for decimals, and ignore values that are not numbers. */
import { addPartition } from '@millrace/shared/testing/add-partition';
import { createTestDatabase, type TestDatabase } from '@millrace/shared/testing/database';
import type { Express } from 'express';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildDocumentedApp } from './documented-app.js';

let database: TestDatabase;
let app: Express;

/** The path names the value in the expectations. The JSON is text, so that no value passes through a double. */
const values: [name: string, properties: string][] = [
  ['ten', '{"n":10}'],
  ['ten as text', '{"n":"10.000"}'],
  ['ten and a bit', '{"n":10.00000000000000000001}'],
  ['minus three', '{"n":-3}'],
  ['big', '{"n":9007199254740993}'],
  ['one less', '{"n":9007199254740992}'],
  ['huge', '{"n":1e308}'],
  ['tiny', '{"n":1e-300}'],
  ['word', '{"n":"ten"}'],
  ['empty', '{"n":""}'],
  ['sum', '{"n":"10 EUR"}'],
  ['hex', '{"n":"0x10"}'],
  ['dot', '{"n":"."}'],
  ['infinite', '{"n":"Infinity"}'],
  ['not a number', '{"n":"NaN"}'],
  ['too much', `{"n":"1e200000"}`],
  ['too long', `{"n":"${'9'.repeat(200_000)}"}`],
  ['yes', '{"n":true}'],
  ['list', '{"n":[10]}'],
  ['object', '{"n":{"value":10}}'],
  ['null', '{"n":null}'],
  ['absent', '{}'],
];

const everything = [...values.map(([name]) => name), 'none at all'];

beforeAll(async () => {
  database = await createTestDatabase();
  await addPartition(database.pool, '2025-01-01', '2026-01-01');
  await database.pool.query(
    `insert into events (site_id, timestamp, event_id, event_type, path, properties)
    select 'demo', timestamptz '2025-11-14T10:00:00Z', gen_random_uuid(), 'view', path, properties::jsonb
    from unnest($1::text[], $2::text[]) as given(path, properties)`,
    [everything, [...values.map(([, properties]) => properties), null]],
  );
  app = buildDocumentedApp(database.pool).app;
});
afterAll(() => database.drop());

async function found(filters: unknown): Promise<string[]> {
  const body = { site_id: 'demo', metrics: ['events'], date_range: ['2025-11-14', '2025-11-14'], dimensions: ['path'] };
  const answer = await request(app)
    .post('/api/v1/query')
    .send({ ...body, filters });
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return answer.body.results.map(({ dimensions }: { dimensions: string[] }) => dimensions[0]);
}

describe('numbers', () => {
  it.each<[unknown[], string[]]>([
    [
      ['greater', 'property:n', [10]],
      ['ten and a bit', 'big', 'one less', 'huge'],
    ],
    [
      ['greater_or_equal', 'property:n', ['10']],
      ['ten', 'ten as text', 'ten and a bit', 'big', 'one less', 'huge'],
    ],
    [
      ['greater', 'property:n', ['10.00000000000000000000999']],
      ['ten and a bit', 'big', 'one less', 'huge'],
    ],
    [['less', 'property:n', [0]], ['minus three']],
    [
      ['less', 'property:n', ['0.5']],
      ['minus three', 'tiny'],
    ],
    [['less_or_equal', 'property:n', [-3]], ['minus three']],
    [
      ['between', 'property:n', [-3, 10]],
      ['ten', 'ten as text', 'minus three', 'tiny'],
    ],
    [['between', 'property:n', [-1e-7, 1e-7]], ['tiny']],
    [['between', 'property:n', ['9007199254740993', '9007199254740993']], ['big']],
    [['greater', 'property:n.value', [9]], ['object']],
    [['less', 'property:n.0', ['10.1']], ['list']],
    [['greater', 'property:absent', [-1]], []],
  ])('%j finds exactly the matching numbers', async (filters, expected) => {
    expect((await found(filters)).sort()).toEqual([...expected].sort());
  });

  it.each<[string, string[]]>([
    ['["greater","property:n",[10.00000000000000000000999]]', ['ten and a bit', 'big', 'one less', 'huge']],
    ['["greater","property:n",[10.000000000000000000011]]', ['big', 'one less', 'huge']],
    ['["less","property:n",[1e-7]]', ['minus three', 'tiny']],
    ['["greater","property:n",[1e+21]]', ['huge']],
    ['["between","property:n",[9007199254740993,9007199254740993]]', ['big']],
    ['["between","property:n",[9007199254740992,9007199254740992]]', ['one less']],
  ])('%s keeps every digit of a JSON number, in a body and in a URL', async (filters, expected) => {
    const common = { site_id: 'demo', metrics: ['events'], date_range: ['2025-11-14', '2025-11-14'] };
    const text = JSON.stringify({ ...common, dimensions: ['path'] });
    const posted = await request(app)
      .post('/api/v1/query')
      .type('json')
      .send(`${text.slice(0, -1)},"filters":${filters}}`)
      .expect(200);
    const got = await request(app)
      .get('/api/v1/query')
      .query({ site_id: 'demo', metrics: 'events', date_range: '2025-11-14,2025-11-14', dimensions: 'path', filters })
      .expect(200);
    for (const { body } of [posted, got]) {
      const paths = body.results.map(({ dimensions }: { dimensions: string[] }) => dimensions[0]);
      expect(paths.sort()).toEqual([...expected].sort());
      expect(JSON.stringify(body.query.filters).replace(/"(\d+(\.\d+)?)"/g, '$1')).toBe(`[${filters}]`);
    }
  });

  it('refuses an invalid body and one that is not in UTF-8', async () => {
    const send = (type: string, body: string) =>
      request(app).post('/api/v1/query').set('content-type', type).send(body);
    expect((await send('application/json', '{"filters":[1.0000000000000000001}').expect(400)).body.error.code).toBe(
      'malformed_json',
    );
    expect((await send('application/json; charset=utf-16', '{}').expect(415)).body.error.code).toBe(
      'unsupported_media_type',
    );
  });

  it('is negated to its exact complement, including values that are not numbers', async () => {
    for (const condition of [
      ['greater', 'property:n', [10]],
      ['between', 'property:n', [-3, 10]],
    ]) {
      const matching = await found(condition);
      const others = await found(['not', condition]);
      expect([...matching, ...others].sort()).toEqual([...everything].sort());
    }
  });
});
