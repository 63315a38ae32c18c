/** Answers from raw events, compared with a naive count in JavaScript. */

import { addPartition } from '@millrace/shared/testing/add-partition';
import { createRandom } from '@millrace/shared/testing/create-random';
import { createTestDatabase, type TestDatabase } from '@millrace/shared/testing/database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readRaw } from '../src/query/read-raw.js';
import type { Condition, Dimension, Filter, Metric, ResolvedQuery, TimeBuckets } from '../src/query/resolved-query.js';
import { inSnapshot } from '../src/reading/in-snapshot.js';
import { naiveAnswer } from './naive-answer.js';
import { paths, randomEvents, type StoredEvent, storeEvents, types } from './random-events.js';

const hour = 3_600_000;
const from = new Date('2025-11-14T00:00:00Z');
const to = new Date('2025-11-16T00:00:00Z');
let database: TestDatabase;
let events: StoredEvent[];

beforeAll(async () => {
  database = await createTestDatabase();
  await addPartition(database.pool, '2025-01-01', '2026-01-01');
  const atRandom = randomEvents(7, 600, new Date(from.getTime() - 6 * hour), 60 * hour);
  // Some events are exactly on both ends of the range and on a bound inside it.
  const onEdges = randomEvents(9, 9, from, 1).flatMap((event) =>
    [from, to, bucketsOf(9).bounds[1]!].map((timestamp) => ({ ...event, timestamp })),
  );
  events = [...atRandom, ...onEdges];
  await storeEvents(database.pool, 'demo', events);
  await storeEvents(database.pool, 'other', randomEvents(8, 50, from, 48 * hour));
});
afterAll(() => database.drop());

/** Buckets that do not start on the hour, as in some time zones, and one without events. */
function bucketsOf(count: number): TimeBuckets {
  const inner = Array.from({ length: count - 1 }, (_, index) => new Date(from.getTime() + (index + 1) * 1.75 * hour));
  const bounds = [from, ...inner, to];
  return { unit: 'hour', bounds, labels: bounds.slice(1).map((_bound, index) => `label ${index}`) };
}

const query = (given: Partial<ResolvedQuery>): ResolvedQuery => ({
  siteId: 'demo',
  timezone: 'UTC',
  range: { from, to },
  metrics: ['events', 'views', 'visitors', 'views_per_visitor', 'share', 'event:click', "event:it's; --"],
  dimensions: [],
  orderBy: [],
  limit: 10_000,
  offset: 0,
  totalRows: true,
  timeLabels: false,
  ...given,
});

const answer = (resolved: ResolvedQuery) => inSnapshot(database.pool, (client) => readRaw(client, resolved));
const expectRight = async (given: Partial<ResolvedQuery>) => {
  const resolved = query(given);
  const got = await answer(resolved);
  expect(got).toEqual(naiveAnswer(events, resolved));
  return got;
};

const columns: Extract<Condition['dimension'], Dimension>[] = [
  'event_type',
  'path',
  'referrer',
  'profile_id',
  'property:plan',
  'property:amount',
  'property:ok',
  "property:odd'name",
  'property:a.b',
  'property:amount.value',
  'property:plan.0',
  'property:..',
  'property:"; drop table events; --',
];

describe('groups', () => {
  it('is one row without dimensions, with zeros and nulls when nothing matches', async () => {
    await expectRight({});
    const nothing: Filter = { op: 'is', dimension: 'path', values: ['/nowhere'] };
    const { rows } = await expectRight({ filter: nothing });
    expect(rows).toEqual([{ dimensions: [], metrics: [0, 0, 0, null, null, 0, 0] }]);
  });
  it('counts nothing for an unknown site and an empty range', async () => {
    const zeros = { rows: [{ dimensions: [], metrics: [0, 0] }] };
    const small = { metrics: ['events', 'visitors'] as Metric[], totalRows: false };
    expect(await answer(query({ ...small, siteId: "x' or true --" }))).toEqual(zeros);
    expect(await answer(query({ ...small, range: { from, to: from } }))).toEqual(zeros);
  });
  it.each(columns)('by %s are correct', async (dimension) => {
    await expectRight({ dimensions: [dimension], orderBy: [{ key: 'events', direction: 'desc' }] });
  });
  it('by several dimensions are correct, and include only times with events', async () => {
    await expectRight({ dimensions: ['path', 'event_type', 'profile_id'] });
    const two: Dimension[] = ['time:hour', 'path'];
    const { rows } = await expectRight({ dimensions: two, buckets: bucketsOf(20) });
    expect(rows.length).toBeLessThan(20 * paths.length);
    await expectRight({ dimensions: ['referrer', 'time:hour'], buckets: bucketsOf(9), metrics: ['events'] });
  });
  it('have the same value for a metric alone as together with others', async () => {
    const metrics: Metric[] = ['events', 'views', 'visitors', 'views_per_visitor', 'share', 'event:sign"up'];
    for (const metric of metrics) await expectRight({ metrics: [metric], dimensions: ['path'] });
  });
});

describe('a series', () => {
  it('has every bucket, in the order of time', async () => {
    const rare: Filter = { op: 'is', dimension: 'path', values: ['/ünï'] };
    const { rows, totalRows } = await expectRight({
      dimensions: ['time:hour'],
      buckets: bucketsOf(27),
      filter: rare,
      orderBy: [{ key: 'time:hour', direction: 'asc' }],
    });
    expect(totalRows).toBe(27);
    expect(rows.map(({ dimensions }) => dimensions[0])).toEqual(bucketsOf(27).labels);
    expect(rows.some(({ metrics }) => metrics[0] === 0)).toBe(true);
  });
  it('is zero throughout when nothing matches', async () => {
    const { rows } = await expectRight({
      siteId: 'demo',
      metrics: ['events', 'views_per_visitor', 'share'],
      dimensions: ['time:hour'],
      buckets: bucketsOf(3),
      filter: { op: 'is', dimension: 'profile_id', values: ['nobody'] },
    });
    expect(rows.map(({ metrics }) => metrics)).toEqual([
      [0, null, null],
      [0, null, null],
      [0, null, null],
    ]);
  });
  it('can be ordered by a metric and paged, zeros included', async () => {
    const series = { dimensions: ['time:hour'] as Dimension[], buckets: bucketsOf(27) };
    const filter: Filter = { op: 'is', dimension: 'path', values: ['/ünï'] };
    await expectRight({ ...series, filter, orderBy: [{ key: 'visitors', direction: 'asc' }], limit: 5, offset: 3 });
    await expectRight({ ...series, orderBy: [{ key: 'time:hour', direction: 'desc' }], limit: 5 });
  });
});

describe('filters', () => {
  const positive = ['is', 'contains', 'starts_with', 'ends_with', 'matches'] as const;
  const operators = positive.flatMap((op) => [op, `${op}_not`] as const);
  const filtered: Condition['dimension'][] = [...columns, 'user_id', 'session_id'];
  const valueLists: Record<string, (string | null)[][]> = {
    is: [['/a'], ['view', 'click'], ['pro', '10', 'true', 'direct', 'p1'], [null], ['p1', null], ['null'], ['']],
    contains: [['a'], ['%'], ['_'], ['\\'], ["'"], [''], ['10', 'ro'], ['p', null], ['😀']],
    starts_with: [['/a'], ['p', 'f'], [''], ['%'], ['/\\'], ['ﬀ', '/😀'], ['news']],
    ends_with: [['a'], ['o', '1'], [''], ['_score'], ['\\d'], ['😀'], ['.example']],
    matches: [['^/a'], ['a|b'], ['[0-9]+$'], ['^$'], ['x{2}', '^p'], ['^/.$']],
  };
  for (const op of operators) {
    it(`${op} is correct for every dimension, including absent values`, async () => {
      for (const dimension of filtered) {
        for (const values of valueLists[op.replace('_not', '')]!) {
          const filter: Filter = { op, dimension, values };
          await expectRight({ filter, metrics: ['events', 'visitors'] });
        }
      }
    });
    it(`${op} can be case-insensitive`, async () => {
      for (const values of [['/A', 'PRO'], ['ÜNÏ'], ['p', null], ['View']]) {
        if (values.includes(null) && !op.startsWith('is')) continue;
        for (const dimension of ['path', 'property:plan', 'event_type', 'user_id'] as const) {
          await expectRight({ filter: { op, dimension, values, ignoreCase: true }, metrics: ['events'] });
        }
      }
    });
  }
  it.each(['is_set', 'is_not_set'] as const)('%s is correct for every dimension', async (op) => {
    for (const dimension of filtered) await expectRight({ filter: { op, dimension, values: [] }, metrics: ['events'] });
  });
  it('without values match nothing, or everything when negated', async () => {
    const none = await expectRight({ filter: { op: 'is', dimension: 'path', values: [] } });
    expect(none.rows[0]?.metrics[0]).toBe(0);
    await expectRight({ filter: { op: 'is_not', dimension: 'profile_id', values: [] } });
    await expectRight({ filter: { op: 'and', filters: [] } });
    await expectRight({ filter: { op: 'or', filters: [] } });
  });
  it('are correct in random combinations, with random groups, orders and pages', async () => {
    const random = createRandom(11);
    const oneOf = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
    const condition = (): Filter => {
      const op = oneOf(operators);
      const list = oneOf(valueLists[op.replace('_not', '')]!);
      const values = random() < 0.3 ? [...list, oneOf(paths.slice(0, 3)), oneOf(types.slice(0, 5))] : list;
      return { op, dimension: oneOf(columns), values };
    };
    const filter = (depth: number): Filter => {
      const kind = depth === 0 ? 'leaf' : oneOf(['and', 'or', 'not', 'leaf'] as const);
      if (kind === 'leaf') return condition();
      if (kind === 'not') return { op: 'not', filter: filter(depth - 1) };
      return { op: kind, filters: [filter(depth - 1), filter(depth - 1)] };
    };
    const metrics = query({}).metrics;
    for (let round = 0; round < 120; round += 1) {
      const dimensions: Dimension[] = [...new Set([oneOf(columns), oneOf(columns)])].slice(0, Math.floor(random() * 3));
      const timed = random() < 0.3;
      if (timed) dimensions.unshift('time:hour');
      await expectRight({
        filter: filter(3),
        dimensions,
        ...(timed && { buckets: bucketsOf(1 + Math.floor(random() * 25)) }),
        metrics: metrics.filter((_metric, index) => index === 0 || random() < 0.5),
        orderBy: [{ key: oneOf([...metrics, ...dimensions]), direction: oneOf(['asc', 'desc']) }],
        limit: oneOf([1, 7, 10_000]),
        offset: oneOf([0, 0, 3]),
      });
    }
  });
});

describe('pages', () => {
  it.each([['visitors'], ['views_per_visitor'], ['property:plan']] as (Metric | Dimension)[][])(
    'ordered by %s fit together without gaps or repetitions',
    async (key) => {
      const all = query({ dimensions: ['path', 'property:plan'], orderBy: [{ key: key!, direction: 'desc' }] });
      const whole = await answer(all);
      const pages = [];
      for (let offset = 0; offset < whole.totalRows! + 7; offset += 7) {
        const page = await answer({ ...all, limit: 7, offset });
        expect(page.totalRows).toBe(whole.totalRows);
        pages.push(...page.rows);
      }
      expect(pages).toEqual(whole.rows);
    },
  );
  it('omit the number of rows unless it is requested', async () => {
    expect(await answer(query({ totalRows: false, metrics: ['views'], dimensions: ['path'], limit: 1 }))).toEqual({
      rows: [{ dimensions: [''], metrics: [expect.any(Number)] }],
    });
  });
});

describe('text that looks like SQL', () => {
  const texts = ["'; drop table events; --", '$1', "\\'", '"', '{a,b}', '{"a"}', 'null', 'NULL', '%s', '\0', '\ud800'];
  it.each(texts)('%j is treated as plain text everywhere', async (text) => {
    const filters = operatorsOf(text).map((filter) => ({ filter, metrics: ['events'] as Metric[] }));
    for (const given of filters) await expectRight(given);
    await expectRight({ metrics: [`event:${text}`], dimensions: [`property:${text}`] });
    const { rows } = await database.pool.query('select count(*)::int as events from events');
    expect(rows).toEqual([{ events: 677 }]);
  });
  const operatorsOf = (text: string): Filter[] => [
    { op: 'is', dimension: 'path', values: [text] },
    { op: 'is_not', dimension: 'profile_id', values: [text, text] },
    { op: 'contains', dimension: 'referrer', values: [text] },
    { op: 'is', dimension: `property:${text}`, values: [text, null] },
  ];
});
