/** Sums, averages, extremes and percentiles of numeric properties are exact, over the same values that filters treat as numbers. */
import { addPartition } from '@millrace/shared/testing/add-partition';
import { createTestDatabase, type TestDatabase } from '@millrace/shared/testing/database';
import type { Express } from 'express';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildDocumentedApp } from './documented-app.js';

let database: TestDatabase;
let app: Express;

/** Path, properties as JSON, and the numeric value of property `n`. */
const values: [path: string, properties: string | null, number: string | null][] = [
  ['integer', '{"n":10}', '10'],
  ['text', '{"n":"10.000"}', '10'],
  ['long fraction', '{"n":10.00000000000000000001}', '10.00000000000000000001'],
  ['negative', '{"n":-3}', '-3'],
  ['negative text', '{"n":"-12.50"}', '-12.5'],
  ['beyond a double', '{"n":9007199254740993}', '9007199254740993'],
  ['huge', '{"n":1e308}', `1${'0'.repeat(308)}`],
  ['tiny', '{"n":1e-300}', `0.${'0'.repeat(299)}1`],
  ['exponent', '{"n":1.5E+3}', '1500'],
  ['leading zeros', '{"n":"007"}', '7'],
  ['trailing zero', '{"n":"1.50"}', '1.5'],
  ['plus', '{"n":"+5"}', '5'],
  ['zero', '{"n":"-0.00"}', '0'],
  ['twelve digits', '{"n":"123456789012.345"}', '123456789012.345'],
  ['exponent as text', '{"n":"1e3"}', null],
  ['word', '{"n":"ten"}', null],
  ['empty', '{"n":""}', null],
  ['with a unit', '{"n":"10 EUR"}', null],
  ['with a space', '{"n":" 10"}', null],
  ['with a line end', '{"n":"10\\n"}', null],
  ['hexadecimal', '{"n":"0x10"}', null],
  ['point at the start', '{"n":".5"}', null],
  ['point at the end', '{"n":"5."}', null],
  ['other digits', '{"n":"١٠"}', null],
  ['infinite', '{"n":"Infinity"}', null],
  ['not a number', '{"n":"NaN"}', null],
  ['boolean', '{"n":true}', null],
  ['list', '{"n":[10]}', null],
  ['object', '{"n":{"value":10}}', null],
  ['null', '{"n":null}', null],
  ['absent', '{}', null],
  ['no properties', null, null],
];

interface StoredEvent {
  site: string;
  at: string;
  type?: string;
  path?: string;
  user?: string;
  properties: string | null;
}

const store = (events: StoredEvent[]) =>
  database.pool.query(
    `insert into events (site_id, timestamp, event_id, event_type, path, user_id, properties)
     select site, at::timestamptz, gen_random_uuid(), coalesce(type, 'payment'), coalesce(path, '/'), "user", properties::jsonb
     from json_to_recordset($1) as given(site text, at text, type text, path text, "user" text, properties text)`,
    [JSON.stringify(events)],
  );

/** A shop of two users over three days. */
const sales: [at: string, type: string, path: string, user: string, price: string][] = [
  ['2025-11-10T08:00:00Z', 'payment', '/a', 'ada', '9.99'],
  ['2025-11-10T09:00:00Z', 'payment', '/a', 'ada', '10.01'],
  ['2025-11-10T10:00:00Z', 'payment', '/b', 'bob', '"100.00"'],
  ['2025-11-10T11:00:00Z', 'refund', '/b', 'bob', '-100'],
  ['2025-11-12T08:00:00Z', 'payment', '/a', 'bob', '0.1'],
  ['2025-11-12T08:30:00Z', 'payment', '/a', 'ada', '0.2'],
  ['2025-11-12T09:00:00Z', 'view', '/c', 'ada', '"free"'],
];

beforeAll(async () => {
  database = await createTestDatabase();
  await addPartition(database.pool, '2025-01-01', '2026-01-01');
  const [at, day] = ['2025-11-14T10:00:00Z', '2025-11-10T10:00:00Z'];
  await store(values.map(([path, properties]) => ({ site: 'values', at, path, properties })));
  await store(
    sales.map(([moment, type, path, user, price]) => ({
      ...{ site: 'shop', at: moment, type, path, user, properties: `{"price":${price},"order":{"net":${price}}}` },
    })),
  );
  // 1 to 100 for percentiles, and pairs whose average is halfway between two values of six decimals.
  await store(Array.from({ length: 100 }, (_, at) => ({ site: 'hundred', at: day, properties: `{"n":${at + 1}}` })));
  const halves = ['0.000001', '0.000002', '-0.000001', '-0.000002'];
  await store(
    halves.map((n, at) => ({ site: 'halves', at: day, path: at < 2 ? '/up' : '/down', properties: `{"n":${n}}` })),
  );
  const long = ['12345678901234567890123456789', '1', '1'];
  await store(long.map((n) => ({ site: 'long', at: day, properties: `{"n":"${n}"}` })));
  app = buildDocumentedApp(database.pool).app;
});
afterAll(() => database.drop());

interface Row {
  dimensions: (string | null)[];
  metrics: (string | number | null)[];
  comparison?: { metrics: (string | number | null)[]; change: (number | null)[] };
}

async function ask(body: object): Promise<Row[]> {
  const sent = { site_id: 'shop', date_range: ['2025-11-10', '2025-11-12'], ...body };
  const answer = await request(app).post('/api/v1/query').send(sent);
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return answer.body.results;
}
const flat = (rows: Row[]) => rows.map(({ dimensions, metrics }) => [...dimensions, ...metrics]);

const all = ['sum', 'average', 'minimum', 'maximum', 'p1', 'p50', 'p99'].map((name) => `${name}:property:price`);

describe('a number', () => {
  it('is any value that filters treat as one, and is returned in plain digits', async () => {
    const common = { site_id: 'values', date_range: ['2025-11-14', '2025-11-14'], dimensions: ['path'] };
    const metrics = ['minimum:property:n', 'maximum:property:n', 'sum:property:n', 'p50:property:n'];
    const found = new Map(flat(await ask({ ...common, metrics })).map(([path, ...numbers]) => [path, numbers]));
    for (const [path, , number] of values) expect([path, found.get(path)]).toEqual([path, metrics.map(() => number)]);
    const filters = [
      'or',
      [
        ['less', 'property:n', [0]],
        ['greater_or_equal', 'property:n', [0]],
      ],
    ];
    const matching = (await ask({ ...common, metrics: ['events'], filters })).map(({ dimensions }) => dimensions[0]);
    expect(matching.sort()).toEqual(values.flatMap(([path, , number]) => (number === null ? [] : [path])).sort());
  });

  it('is ordered numerically, with other values last in both directions', async () => {
    const numbers = values.flatMap(([path, , number]) => (number === null || path === 'text' ? [] : [path]));
    const ascending = [
      ...['negative text', 'negative', 'zero', 'tiny', 'trailing zero', 'plus', 'leading zeros', 'integer'],
      ...['long fraction', 'exponent', 'twelve digits', 'beyond a double', 'huge'],
    ];
    expect([...ascending].sort()).toEqual(numbers.sort());
    for (const metric of ['sum', 'average', 'minimum', 'maximum', 'p50']) {
      const ordered = async (direction: string) => {
        const rows = await ask({
          ...{ site_id: 'values', date_range: ['2025-11-14', '2025-11-14'], dimensions: ['path'] },
          ...{ metrics: [`${metric}:property:n`], order_by: [[`${metric}:property:n`, direction]] },
          filters: ['is_not', 'path', ['text']],
        });
        expect(rows.slice(ascending.length).every(({ metrics }) => metrics[0] === null)).toBe(true);
        return rows.slice(0, ascending.length).map(({ dimensions }) => dimensions[0]);
      };
      // These differ by less than the six decimals of an average.
      const close = (names: unknown[]) =>
        metric === 'average' ? names.filter((name) => !/tiny|zero|fraction|^integer/.test(String(name))) : names;
      expect(close(await ordered('asc'))).toEqual(close(ascending));
      expect(close(await ordered('desc'))).toEqual(close([...ascending].reverse()));
    }
  });
});

describe('answers', () => {
  it('are exact, and count each event once', async () => {
    expect(flat(await ask({ metrics: all }))).toEqual([['20.3', '3.383333', '-100', '100', '-100', '0.2', '100']]);
  });

  it('can be combined with metrics over users and visits', async () => {
    const metrics = ['visitors', 'sum:property:price', 'visits', 'p50:property:price', 'events', 'share'];
    expect(flat(await ask({ metrics, dimensions: ['path'], order_by: [['path', 'asc']] }))).toEqual([
      ['/a', 2, '20.3', 4, '0.2', 4, 100],
      ['/b', 1, '0', 2, '-100', 2, 50],
      ['/c', 1, null, 1, null, 1, 50],
    ]);
  });

  it('are null rather than zero in buckets without a number', async () => {
    expect(flat(await ask({ metrics: ['sum:property:price', 'events'], dimensions: ['time:day'] }))).toEqual([
      ['2025-11-10', '20', 4],
      ['2025-11-11', null, 0],
      ['2025-11-12', '0.3', 3],
    ]);
    expect(flat(await ask({ metrics: ['average:property:price'], date_range: ['2025-11-11', '2025-11-11'] }))).toEqual([
      [null],
    ]);
  });

  it('are grouped by several dimensions, including absent values', async () => {
    const dimensions = ['time:day', 'event_type', 'property:order.gross'];
    const rows = await ask({ metrics: ['sum:property:price'], dimensions, include: { total_rows: true } });
    expect(flat(rows)).toEqual([
      ['2025-11-10', 'payment', null, '120'],
      ['2025-11-10', 'refund', null, '-100'],
      ['2025-11-12', 'payment', null, '0.3'],
      ['2025-11-12', 'view', null, null],
    ]);
  });

  it('respect filters and pages, and are ordered by the first metric by default', async () => {
    const common = {
      metrics: ['maximum:property:price'],
      dimensions: ['path'],
      filters: ['is', 'event_type', ['payment']],
    };
    expect(flat(await ask(common))).toEqual([
      ['/b', '100'],
      ['/a', '10.01'],
    ]);
    expect(flat(await ask({ ...common, pagination: { limit: 1, offset: 1 } }))).toEqual([['/a', '10.01']]);
  });

  it('find a nested property by a name with dots', async () => {
    expect(flat(await ask({ metrics: ['sum:property:order.net', 'sum:property:order.gross'] }))).toEqual([
      ['20.3', null],
    ]);
  });

  it('are available by GET, in rows as objects, and in a batch', async () => {
    const metrics = 'sum:property:price,p50:property:price';
    const got = await request(app)
      .get('/api/v1/query')
      .query({ site_id: 'shop', date_range: '2025-11-10,2025-11-12', metrics, include: '{"names":true}' })
      .expect(200);
    expect(got.body.results[0].metrics).toEqual({ 'sum:property:price': '20.3', 'p50:property:price': '0.2' });
    const { body } = await request(app)
      .post('/api/v1/query/batch')
      .send({
        ...{ site_id: 'shop', date_range: ['2025-11-10', '2025-11-12'], filters: [['is', 'path', ['/a']]] },
        queries: [{ metrics: ['sum:property:price'] }, { metrics: ['events', 'maximum:property:price'] }],
      })
      .expect(200);
    expect(body.results.map(({ results }: { results: Row[] }) => results[0]!.metrics)).toEqual([
      ['20.3'],
      [4, '10.01'],
    ]);
  });
});

describe('percentiles', () => {
  it('use nearest rank, and never the next rank because of a rounding error', async () => {
    const percents = Array.from({ length: 99 }, (_, at) => at + 1);
    for (let first = 0; first < percents.length; first += 10) {
      const some = percents.slice(first, first + 10);
      const metrics = some.map((percent) => `p${percent}:property:n`);
      expect(flat(await ask({ site_id: 'hundred', metrics }))).toEqual([some.map(String)]);
    }
  });
});

describe('averages', () => {
  it('have six decimals, rounded half away from zero', async () => {
    const common = { metrics: ['average:property:n'], dimensions: ['path'], order_by: [['path', 'asc']] };
    expect(flat(await ask({ ...common, site_id: 'halves' }))).toEqual([
      ['/down', '-0.000002'],
      ['/up', '0.000002'],
    ]);
  });

  it('keep all digits of long sums', async () => {
    const metrics = ['average:property:n', 'sum:property:n'];
    expect(flat(await ask({ site_id: 'long', metrics }))).toEqual([
      ['4115226300411522630041152263.666667', '12345678901234567890123456791'],
    ]);
  });
});

describe('a comparison', () => {
  const include = { comparison: ['2025-11-10', '2025-11-10'] };
  it('has the change in percent of the earlier value', async () => {
    const common = {
      date_range: ['2025-11-12', '2025-11-12'],
      include,
      dimensions: ['path'],
      order_by: [['path', 'asc']],
    };
    const rows = await ask({ ...common, metrics: ['sum:property:price', 'maximum:property:price', 'events'] });
    expect(rows).toEqual([
      {
        ...{ dimensions: ['/a'], metrics: ['0.3', '0.2', 2] },
        comparison: { dimensions: ['/a'], metrics: ['20', '10.01', 2], change: [-99, -98, 0] },
      },
      {
        ...{ dimensions: ['/c'], metrics: [null, null, 1] },
        comparison: { dimensions: ['/c'], metrics: [null, null, 0], change: [null, null, null] },
      },
    ]);
  });

  it('is positive when a negative number increases', async () => {
    const common = { date_range: ['2025-11-12', '2025-11-12'], include };
    const [row] = await ask({ ...common, metrics: ['minimum:property:price', 'p50:property:price'] });
    expect([row!.metrics, row!.comparison!.metrics, row!.comparison!.change]).toEqual([
      ['0.1', '0.1'],
      ['-100', '9.99'],
      [100, -99],
    ]);
  });

  it('pairs buckets, and is null when one has no number', async () => {
    const common = { date_range: ['2025-11-12', '2025-11-13'], include: { comparison: ['2025-11-10', '2025-11-11'] } };
    const rows = await ask({ ...common, metrics: ['sum:property:price'], dimensions: ['time:day'] });
    expect(rows.map(({ metrics, comparison }) => [metrics[0], comparison!.metrics[0], comparison!.change[0]])).toEqual([
      ['0.3', '20', -99],
      [null, null, null],
    ]);
  });
});

describe('refusals', () => {
  const refused = async (metrics: string[]) => {
    const body = { site_id: 'shop', date_range: ['2025-11-10', '2025-11-12'], metrics };
    const answer = await request(app).post('/api/v1/query').send(body).expect(400);
    return answer.body.error;
  };
  const form = 'write sum:property:<name> with a name of 1 to 128 characters';
  it.each([
    ['total:property:price', 'did you mean sum:property:price?'],
    ['median:property:price', 'did you mean p50:property:price?'],
    ['p0:property:price', 'percentiles range from p1 to p99'],
    ['p100:property:price', 'percentiles range from p1 to p99'],
    ['p05:property:price', 'percentiles range from p1 to p99'],
    ['p99.9:property:price', 'percentiles range from p1 to p99'],
    ['sum:property:', form],
    ['sum:price', 'did you mean sum:property:price?'],
    ['sum', form],
    ['sum:path', 'did you mean sum:property:path?'],
    ['sum:visit:property:price', 'did you mean sum:property:price?'],
    [`sum:property:${'x'.repeat(129)}`, form],
    ['Sum:property:price', 'did you mean sum:property:price?'],
  ])('%s is not a metric: %s', async (metric, hint) => {
    const error = await refused([metric]);
    expect(error).toMatchObject({ code: 'invalid_request', details: { field: 'metrics' } });
    expect(error.message).toMatch(/^metrics\[0\] is ".+", which is not a metric; /);
    expect(error.message).toContain(hint);
  });

  it('names the limit of such metrics', async () => {
    const metrics = Array.from({ length: 11 }, (_, at) => `p${at + 1}:property:price`);
    await ask({ metrics: metrics.slice(1) });
    expect(await refused([...metrics, 'events'])).toEqual({
      code: 'invalid_request',
      message: 'metrics must have at most 10 metrics over properties, such as sum:property:<name>, but has 11',
      details: { field: 'metrics' },
    });
  });
});
