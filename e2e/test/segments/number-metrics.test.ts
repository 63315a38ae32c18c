/** Sums, averages, extremes and percentiles of properties are the same from segments, and from events in none yet, as from plain SQL. */
import { ensureMonths } from '@millrace/processor/events/ensure-partitions';
import { insertEvents } from '@millrace/processor/events/insert-events';
import { rollSite } from '@millrace/processor/rollups/roll-site';
import { answerBatch } from '@millrace/reporting/query/answer-batch';
import { type Answer, answerQuery } from '@millrace/reporting/query/answer-query';
import { readRaw } from '@millrace/reporting/query/read-raw';
import type { Filter, Metric, ResolvedQuery } from '@millrace/reporting/query/resolved-query';
import { inSnapshot } from '@millrace/reporting/reading/in-snapshot';
import { createSegmentEngine, type SegmentEngine } from '@millrace/reporting/segments/segment-engine';
import { createTestDatabase, silent, type TestDatabase } from '@millrace/shared/testing/database';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

const now = new Date('2026-11-10T12:07:00Z');

let database: TestDatabase;
let engine: SegmentEngine;
beforeAll(async () => {
  database = await createTestDatabase();
  await ensureMonths(database.pool, ['2026-10', '2026-11']);
});
beforeEach(() => {
  engine = createSegmentEngine({ threads: 2, cacheMb: 8 }, silent);
  return () => engine.pool.close();
});
afterAll(() => database.drop());

interface Sale {
  at?: string;
  path?: string;
  user?: string;
  /** As JSON. */
  price?: string;
  type?: string;
}

let lastId = 0;
const nextId = () => `0190a5b0-7c3d-7000-8000-${String(++lastId).padStart(12, '0')}`;

/** Prices are inserted into the events as text, so that they never pass through a double. */
function store(site: string, sales: Sale[]): Promise<unknown> {
  const texts = sales.map(({ at = '2026-11-09T10:00:00Z', path = '/', user, price, type = 'payment' }) => {
    const event = { site_id: site, timestamp: at, event_id: nextId(), event_type: type, path, user_id: user };
    return `${JSON.stringify(event).slice(0, -1)}${price === undefined ? '' : `,"properties":{"price":${price}}`}}`;
  });
  return insertEvents(database.pool, `[${texts.join(',')}]`);
}
const roll = (site: string) => rollSite(database.pool, site, { now });

const all = ['sum', 'average', 'minimum', 'maximum', 'p1', 'p50', 'p95'].map(
  (name) => `${name}:property:price` as Metric,
);

const queryOf = (siteId: string, more: Partial<ResolvedQuery> = {}): ResolvedQuery => ({
  ...{ siteId, timezone: 'UTC', metrics: all, dimensions: [], orderBy: [] },
  range: { from: new Date('2026-11-08T00:00:00Z'), to: new Date('2026-11-11T00:00:00Z') },
  ...{ limit: 1_000, offset: 0, totalRows: true, timeLabels: false },
  ...more,
});

/** The engine's answer, checked against plain SQL. */
async function ask(query: ResolvedQuery): Promise<Answer> {
  const [ours, plain] = await inSnapshot(
    database.pool,
    async (client) => [await answerQuery(client, query, { engine }), await readRaw(client, query)] as const,
  );
  const { source: _source, comparisonRows: _comparison, ...answer } = ours;
  expect(answer, JSON.stringify(query)).toEqual(plain);
  return ours;
}
const rowsOf = ({ rows }: Answer) => rows.map(({ dimensions, metrics }) => [...dimensions, ...metrics]);

const prices = [
  ...['10', '"10.000"', '10.00000000000000000001', '-3', '"-12.50"', '9007199254740993', '9007199254740993', '1E+15'],
  ...['"007"', '"1.50"', '1.5', '"+5"', '"-0.00"', '"123456789012.345"', '1e-30', '"1e3"', '"ten"', '""', '"10 EUR"'],
  ...[
    '" 10"',
    '"10\\n"',
    '"0x10"',
    '".5"',
    '"5."',
    '"١٠"',
    '"Infinity"',
    '"NaN"',
    'true',
    '[10]',
    '{"value":10}',
    'null',
  ],
];

describe('numbers of every kind', () => {
  beforeAll(async () => {
    const sales = prices.map((price, at) => ({ price, path: `/${at}`, user: `user-${at % 3}` }));
    await store('kinds', [...sales, { path: '/absent' }, { path: '/view', type: 'view', price: '1' }]);
    await roll('kinds');
  });

  it('are the same from segments as from plain SQL, one by one and together', async () => {
    const byPath = await ask(queryOf('kinds', { dimensions: ['path'], orderBy: [{ key: 'path', direction: 'asc' }] }));
    expect(byPath.source).toBe('segments');
    const shown = new Map(byPath.rows.map(({ dimensions, metrics }) => [dimensions[0], metrics[0]]));
    const ofPrices = (...list: string[]) => list.map((price) => shown.get(`/${prices.indexOf(price)}`));
    expect(ofPrices('10.00000000000000000001', '1E+15', '"007"', '"-0.00"', '"+5"')).toEqual([
      ...['10.00000000000000000001', '1000000000000000', '7', '0', '5'],
    ]);
    expect(ofPrices('"1e3"', 'true', '[10]', 'null', '"10\\n"')).toEqual([null, null, null, null, null]);
    const payments: Filter = { op: 'is', dimension: 'event_type', values: ['payment'] };
    expect(rowsOf(await ask(queryOf('kinds', { filter: payments })))).toEqual([
      [
        '19014521966271027.845000000000000000010000000001',
        '1267634797751401.856333',
        ...['-12.5', '9007199254740993', '-12.5', '7', '9007199254740993'],
      ],
    ]);
  });

  it.each(all)('sort by %s as numbers, null last', async (key) => {
    for (const direction of ['asc', 'desc'] as const) {
      for (const offset of [0, 3]) {
        const page = { dimensions: ['path' as const], orderBy: [{ key, direction }], limit: 20, offset };
        await ask(queryOf('kinds', page));
      }
    }
  });

  it('can be combined with visitors and visits', async () => {
    const metrics: Metric[] = [
      'visitors',
      'sum:property:price',
      'visits',
      'share',
      'p50:property:price',
      'bounce_rate',
    ];
    await ask(queryOf('kinds', { metrics, dimensions: ['property:price'] }));
    await ask(queryOf('kinds', { metrics, dimensions: ['entry_page', 'event_type'] }));
  });

  it('with dots in their name come from raw events', async () => {
    const metrics: Metric[] = ['sum:property:price.value'];
    expect(await ask(queryOf('kinds', { metrics }))).toMatchObject({ source: 'raw', rows: [{ metrics: ['10'] }] });
  });
});

describe('time', () => {
  beforeAll(async () => {
    await store('days', [
      { at: '2026-11-08T10:00:00Z', price: '0.1' },
      { at: '2026-11-08T23:59:59.999999Z', price: '0.2' },
      { at: '2026-11-10T00:00:00Z', price: '"3.30"' },
    ]);
    await roll('days');
    // Not in a segment yet, with numbers that no dictionary contains.
    await store('days', [
      { at: '2026-11-10T12:00:00Z', price: '0.7' },
      { at: '2026-11-10T12:01:00Z', price: '"0.70"' },
      { at: '2026-11-08T10:00:01Z', price: '-1.23' },
    ]);
  });

  const days = ['2026-11-08', '2026-11-09', '2026-11-10', '2026-11-11'].map((day) => new Date(`${day}T00:00:00Z`));
  const buckets = { unit: 'day' as const, bounds: days, labels: ['8', '9', '10'] };

  it('has null where there is no number, and includes events of open intervals', async () => {
    const answer = await ask(queryOf('days', { dimensions: ['time:day'], buckets }));
    expect(answer.source).toBe('mixed');
    expect(rowsOf(answer)).toEqual([
      ['8', '-0.93', '-0.31', '-1.23', '0.2', '-1.23', '0.1', '0.2'],
      ['9', null, null, null, null, null, null, null],
      ['10', '4.7', '1.566667', '0.7', '3.3', '0.7', '0.7', '3.3'],
    ]);
  });

  it('is compared with an earlier range', async () => {
    const range = { from: days[2]!, to: days[3]! };
    const comparison = { range: { from: days[0]!, to: days[1]! } };
    const { comparisonRows } = await ask(queryOf('days', { range, comparison }));
    expect(comparisonRows).toEqual([
      {
        dimensions: [],
        metrics: ['-0.93', '-0.31', '-1.23', '0.2', '-1.23', '0.1', '0.2'],
        change: [605, 605, 157, 1550, 157, 600, 1550],
      },
    ]);
  });
});

describe('a number of more than a hundred digits', () => {
  const long = `1${'0'.repeat(120)}`;
  beforeAll(async () => {
    await store('long', [
      { path: '/a', price: '1' },
      { path: '/a', price: '2.5' },
      { path: '/b', price: long },
    ]);
    await roll('long');
  });
  const ofPath = (path: string): Filter => ({ op: 'is', dimension: 'path', values: [path] });

  it('is counted by Postgres, and does not keep other queries from segments', async () => {
    const metrics: Metric[] = ['sum:property:price', 'events'];
    const whole = await ask(queryOf('long', { metrics }));
    expect([whole.source, rowsOf(whole)]).toEqual(['raw', [[`1${'0'.repeat(119)}3.5`, 3]]]);
    const part = await ask(queryOf('long', { metrics, filter: ofPath('/a') }));
    expect([part.source, rowsOf(part)]).toEqual(['segments', [['3.5', 2]]]);
  });

  it('is answered in a batch together with queries from segments', async () => {
    const queries = [
      queryOf('long'),
      queryOf('long', { metrics: ['visitors', 'maximum:property:price'], filter: ofPath('/a') }),
      queryOf('long', { metrics: ['events'], dimensions: ['path'], orderBy: [{ key: 'events', direction: 'desc' }] }),
    ].map((query) => ({ query, ...(query.filter && { ownFilter: query.filter }) }));
    const answers: Answer[] = [];
    await inSnapshot(database.pool, (client) =>
      answerBatch(client, { queries }, { engine }, (index, answer) => {
        answers[index] = answer;
      }),
    );
    expect(answers.map(({ source }) => source)).toEqual(['raw', 'segments', expect.any(String)]);
    expect(answers[1]!.rows).toEqual([{ dimensions: [], metrics: [0, '2.5'] }]);
    expect(answers[0]).toMatchObject(await inSnapshot(database.pool, (client) => readRaw(client, queries[0]!.query)));
  });
});
