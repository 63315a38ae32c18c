/** Invalid, forged and unauthorized requests for datasets, and rows that are added between pages. */

import { createKeyRing } from '@millrace/shared/access/key-ring';
import { createKey } from '@millrace/shared/access/keys';
import { addPartition } from '@millrace/shared/testing/add-partition';
import { createTestDatabase, silent, type TestDatabase } from '@millrace/shared/testing/database';
import type { Express } from 'express';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { datasets } from '../src/datasets/datasets.js';
import { createGate } from '../src/reading/gate.js';
import { readPage, readPages } from './dataset-pages.js';
import { buildDocumentedApp } from './documented-app.js';

let database: TestDatabase;
let app: Express;
const now = new Date('2026-06-30T12:00:00Z');

async function add(count: number, type: string, from: string, step: string): Promise<void> {
  await database.pool.query(
    `insert into events (site_id, timestamp, event_id, event_type, path, user_id, properties)
    select 'shop', $2::timestamptz + n * $3::interval, gen_random_uuid(), $4, '/p' || n, 'u' || n % 4,
      '{"amount": "1.50", "currency": "EUR", "status": "succeeded", "category": "a", "feature": "b"}'
    from generate_series(1, $1) as n`,
    [count, from, step, type],
  );
}

beforeAll(async () => {
  database = await createTestDatabase();
  await addPartition(database.pool, '2026-05-01', '2026-08-01');
  await database.pool.query(`insert into sites (site_id, timezone) values ('shop', 'Europe/Berlin')`);
  for (const type of ['view', 'payment', 'refund', 'cost', 'signup'])
    await add(8, type, '2026-06-10T10:00:00Z', '3 hours');
  app = buildDocumentedApp(database.pool, { clock: () => now }).app;
});
afterAll(() => database.drop());

/** These have a row for each month or day, or of totals, even without events. */
const neverEmpty = ['activity-trends', 'user-growth', 'performance-metrics', 'timeseries', 'comprehensive'];

const get = (dataset: string, query: string | object) =>
  request(app).get(`/api/v1/datasets/${dataset}/rows`).query(query);

/** The field of a refusal, and its message. */
async function refusalOf(dataset: string, query: string | object): Promise<[string, string]> {
  const { body } = await get(dataset, query).expect(400);
  expect(body.error.code).toBe('invalid_request');
  return [body.error.details.field, body.error.message];
}

describe.each(datasets)('$id', ({ id, params, defaultRange }) => {
  it('has no rows for an unknown site, and says so', async () => {
    const { body } = await get(id, { site_id: 'nowhere' }).expect(200);
    const isFixed = neverEmpty.includes(id);
    expect(body.meta.site_known).toBe(false);
    expect(body.rows.length > 0).toBe(isFixed);
    const counts = body.rows
      .flatMap((row: object) => Object.entries(row))
      .filter(([name]: [string]) => /events|users|visitors/.test(name));
    expect(counts.every(([, value]: [string, unknown]) => value === 0 || value === null)).toBe(true);
  });

  it('refuses unknown parameters, and any parameter given twice', async () => {
    expect(await refusalOf(id, 'site_id=shop&__proto__=1')).toEqual(['__proto__', expect.any(String)]);
    expect(await refusalOf(id, 'site_id=shop&constructor=1')).toEqual(['constructor', expect.any(String)]);
    expect((await refusalOf(id, 'site_id=shop&columns=a'))[1]).toContain(`is not a parameter of dataset ${id}`);
    const names = ['site_id', 'timezone', 'page_size', 'after', ...Object.keys(params)];
    for (const name of [...names, ...(defaultRange ? ['date_range', 'week_start'] : [])]) {
      expect(await refusalOf(id, `site_id=shop&${name}=1&${name}=2`)).toEqual([name, expect.stringMatching(/once$/)]);
    }
    expect((await refusalOf(id, 'site_id=shop&timezone=Mars/Olympus'))[0]).toBe('timezone');
    if (!defaultRange) expect((await refusalOf(id, 'site_id=shop&date_range=7d'))[0]).toBe('date_range');
  });

  it('refuses every invalid value of its parameters', async () => {
    for (const name of Object.keys(params)) {
      for (const value of ['{"a":1}', '[[[1]]]', '[{"__proto__":1}]', '']) {
        const { status, body } = await get(id, { site_id: 'shop', [name]: value });
        expect([status, body.error?.details.field]).toEqual([400, name]);
      }
      const { status } = await get(id, { site_id: 'shop', [name]: 'a\0b' });
      expect([200, 400]).toContain(status);
    }
    for (const size of ['0', '10001', '-1', '1e3', '1.5', '', 'many', '99999999999999999999']) {
      expect((await refusalOf(id, { site_id: 'shop', page_size: size }))[0]).toBe('page_size');
    }
  });

  it('refuses forged cursors', async () => {
    const forged = [
      '',
      'x',
      '\0',
      Buffer.from('null').toString('base64url'),
      Buffer.from('{"__proto__":[]}').toString('base64url'),
      Buffer.from('[]').toString('base64url'),
      Buffer.from(`["${id}"]`).toString('base64url'),
      Buffer.from('["2026-06-10T10:00:00Z","00000000-0000-7000-8000-000000000000"]').toString('base64url'),
      Buffer.from('[['.repeat(5_000)).toString('base64url'),
    ];
    for (const after of forged) expect((await refusalOf(id, { site_id: 'shop', after }))[0]).toBe('after');
  });
});

it('a modified cursor is refused, and never reaches the database', async () => {
  const { next } = await readPage(app, 'events', { site_id: 'shop', date_range: 'month', page_size: 1 });
  const [order, , id] = JSON.parse(Buffer.from(next!, 'base64url').toString());
  const time = '2026-06-10T10:00:00Z';
  for (const values of [
    [time, `${id}' or 1=1`],
    ['2026-02-30T10:00:00Z', id],
    ['0000-01-01T10:00:00Z', id],
    ['infinity', id],
    [`${time}\0`, id],
    [null, id],
    [time, null],
    [time],
    [time, id, 1],
    [[time], id],
  ]) {
    const after = Buffer.from(JSON.stringify([order, ...values])).toString('base64url');
    expect((await refusalOf('events', { site_id: 'shop', date_range: 'month', after }))[0]).toBe('after');
  }
  for (const other of ['costs', 'transactions', 'recent-activity']) {
    expect((await refusalOf(other, { site_id: 'shop', after: next! }))[0]).toBe('after');
  }
});

it('a cursor of another order of the same dataset is refused', async () => {
  const query = { site_id: 'shop', date_range: 'month', page_size: 1 };
  const { next } = await readPage(app, 'top-items', { ...query, by: 'views' });
  expect((await refusalOf('top-items', { ...query, by: 'visitors', after: next! }))[0]).toBe('after');
  await get('top-items', { ...query, by: 'views', after: next! }).expect(200);
});

it('filters on visits are refused by datasets of single events', async () => {
  const filters = JSON.stringify([['is', 'entry_page', ['/']]]);
  for (const dataset of ['events', 'costs']) {
    expect((await refusalOf(dataset, { site_id: 'shop', date_range: '7d', filters }))[0]).toBe('filters');
  }
});

it('parameters that do not fit together are refused, naming the wrong one', async () => {
  const common = { site_id: 'shop', date_range: '7d' };
  expect(await refusalOf('timeseries', { ...common, metrics: 'exit_rate' })).toEqual(['metrics', expect.any(String)]);
  expect(await refusalOf('timeseries', { ...common, dimensions: 'time' })).toEqual([
    'dimensions',
    'dimensions[0] must name a unit, such as time:day',
  ]);
  expect(await refusalOf('timeseries', { ...common, dimensions: 'user_id' })).toEqual([
    'dimensions',
    expect.any(String),
  ]);
  expect(await refusalOf('timeseries', { ...common, order_by: '[["share","asc"]]' })).toEqual([
    'order_by',
    'order_by[0][0] must be a metric or a dimension of this query',
  ]);
  expect(await refusalOf('timeseries', { ...common, date_range: 'year', dimensions: 'time:minute' })).toEqual([
    'dimensions',
    expect.stringContaining('10,000'),
  ]);
  expect(
    await refusalOf('revenue-summary', { site_id: 'shop', date_range: '2000-01-01,2029-12-31', period_type: 'day' }),
  ).toEqual(['period_type', 'period_type must not be day for a range of more than 10,000 days']);
  expect(await refusalOf('events', { ...common, filters: '["matches","path",["("]]' })).toEqual([
    'filters',
    expect.stringContaining('not a valid regular expression'),
  ]);
  expect(await refusalOf('events', { ...common, filters: '["is","path"]' })).toEqual([
    'filters',
    'filters must have three elements: "is", a dimension and a list of values, optionally followed by {"case_sensitive": false}',
  ]);
  expect(await refusalOf('revenue', { site_id: 'shop', currency: 'euro' })).toEqual([
    'currency',
    'currency must be a code of ISO 4217 such as EUR',
  ]);
  expect((await refusalOf('top-items', { ...common, limit: '1001' }))[0]).toBe('limit');
});

it('an unknown dataset is not found', async () => {
  for (const id of ['nothing', '__proto__', 'constructor', '..%2fevents']) {
    await request(app).get(`/api/v1/datasets/${id}/rows?site_id=shop`).expect(404);
    await request(app).get(`/api/v1/datasets/${id}`).expect(404);
  }
});

describe('rows that are added between pages', () => {
  const past = { site_id: 'shop', date_range: '2026-06-01,2026-06-30', page_size: 3 };
  const ids = (rows: Record<string, unknown>[]) => rows.map((row) => row.event_id);

  it.each(['events', 'transactions', 'costs'])('neither repeat nor hide rows of %s', async (dataset) => {
    const before = (await readPage(app, dataset, { ...past, page_size: 10_000 })).rows;
    const type = { events: 'view', transactions: 'payment', costs: 'cost' }[dataset]!;
    let pages = 0;
    const paged = await readPages(app, dataset, past, async () => {
      pages += 1;
      // Some before the place that was reached, some after it.
      if (pages < 4) await add(3, type, `2026-06-10T1${pages}:0${pages}:00Z`, '8 hours');
    });
    const after = (await readPage(app, dataset, { ...past, page_size: 10_000 })).rows;
    expect(new Set(ids(paged)).size).toBe(paged.length);
    expect(ids(paged)).toEqual(expect.arrayContaining(ids(before)));
    expect(ids(after)).toEqual(expect.arrayContaining(ids(paged)));
    expect(after.length).toBe(before.length + 9);
  });

  it('never repeat rows of recent-activity', async () => {
    const paged = await readPages(app, 'recent-activity', { ...past, limit: 12 }, () =>
      add(1, 'view', '2026-06-29T10:00:00Z', '1 hour'),
    );
    expect(new Set(ids(paged)).size).toBe(paged.length);
  });
});

it('a range with too many rows is refused instead of cut short', async () => {
  await database.pool.query(`insert into events (site_id, timestamp, event_id, event_type, path)
    select 'many', timestamptz '2026-06-01T00:00:00Z' + day * interval '1 day', gen_random_uuid(), 'type' || type, '/'
    from generate_series(0, 9) as day, generate_series(0, 10000) as type`);
  for (const per of ['day', 'range']) {
    const parameters = { site_id: 'many', date_range: '2026-06-01,2026-06-10', per };
    const { body } = await request(app).get('/api/v1/datasets/engagement-metrics/rows').query(parameters).expect(400);
    expect(body.error.message).toBe('date_range has more than 100,000 rows of this dataset; choose a shorter one');
  }
});

it('an empty range has no rows, or rows of zeros', async () => {
  const empty = { site_id: 'shop', date_range: '2026-07-10,2026-07-11' };
  for (const { id } of datasets.filter(({ defaultRange }) => defaultRange !== undefined)) {
    const { rows } = await readPage(app, id, empty);
    expect([id, rows.length > 0]).toEqual([id, neverEmpty.includes(id)]);
    expect(rows.every((row) => (row.events ?? 0) === 0 && (row.new_users ?? 0) === 0)).toBe(true);
  }
});

it('a key limited to another site gets 403, which reveals nothing about the site', async () => {
  const keys = createKeyRing(database.pool, silent);
  const { key } = await createKey(database.pool, { name: 'other', scopes: ['read'], siteId: 'other' });
  const closed = buildDocumentedApp(database.pool, { keys }).app;
  for (const { id } of datasets) {
    const read = (site: string) =>
      request(closed).get(`/api/v1/datasets/${id}/rows`).query({ site_id: site }).set('authorization', `Bearer ${key}`);
    expect((await read('shop').expect(403)).body.error.code).toBe('forbidden');
    await read('other').expect(200);
    await request(closed).get(`/api/v1/datasets/${id}/rows?site_id=other`).expect(401);
  }
});

it('reads of many raw events need a free slot, and reads of few do not', async () => {
  const gate = createGate({ maxConcurrent: 1, maxWaiting: 0, maxWaitMs: 1_000, heavyEvents: 20 });
  const busy = buildDocumentedApp(database.pool, { gate, clock: () => now }).app;
  await gate(async () => {
    const read = (id: string, query: object) =>
      request(busy)
        .get(`/api/v1/datasets/${id}/rows`)
        .query({ site_id: 'shop', date_range: 'month', ...query });
    await read('events', { page_size: 5 }).expect(200);
    await read('recent-activity', { limit: 5 }).expect(200);
    await read('costs', { page_size: 5 }).expect(200);
    for (const [id, query] of [
      ['events', { page_size: 1_000 }],
      ['events', { page_size: 5, filters: '["is","event_type",["view"]]' }],
      ['recent-activity', { limit: 100 }],
      ['transactions', { page_size: 1_000 }],
      ['revenue-summary', {}],
      ['timeseries', { dimensions: 'property:currency' }],
    ] as const) {
      expect((await read(id, query).expect(429)).body.error.code).toBe('too_many_queries');
    }
  });
});
