/** Answers with missing, complete, partial and stale rollups, compared with a naive count in JavaScript. */
import { createRandom } from '@millrace/shared/testing/create-random';
import { createTestDatabase, type TestDatabase } from '@millrace/shared/testing/database';
import { addDays, dayOf, dayStart } from '@millrace/shared/time/zone-days';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answerQuery } from '../src/query/answer-query.js';
import { comparesNumbers, filterOperators } from '../src/query/filter-operators.js';
import type { Condition, Dimension, Filter, Metric, ResolvedQuery, TimeBuckets } from '../src/query/resolved-query.js';
import { inSnapshot } from '../src/reading/in-snapshot.js';
import { naiveAnswer } from './naive-answer.js';
import { paths, type StoredEvent, types } from './random-events.js';
import { addSites, first, last } from './rolled-sites.js';

const hour = 3_600_000;
const day = 24 * hour;

let database: TestDatabase;
let sites: Map<string, StoredEvent[]>;

beforeAll(async () => {
  database = await createTestDatabase();
  sites = await addSites(database.pool);
});
afterAll(() => database.drop());

const metrics: Metric[] = ['events', 'views', 'visitors', 'share', 'event:click', "event:it's; --"];

const query = (given: Partial<ResolvedQuery>): ResolvedQuery => ({
  siteId: 'stale',
  timezone: 'UTC',
  range: { from: first, to: last },
  metrics,
  dimensions: [],
  orderBy: [],
  limit: 10_000,
  offset: 0,
  totalRows: true,
  timeLabels: false,
  ...given,
});

const answer = (resolved: ResolvedQuery) => inSnapshot(database.pool, (client) => answerQuery(client, resolved));
const eventsOf = (siteId: string) => sites.get(siteId)!;

async function expectRight(given: Partial<ResolvedQuery>) {
  const resolved = query(given);
  const { source, ...got } = await answer(resolved);
  expect(got, JSON.stringify(resolved)).toEqual(naiveAnswer(eventsOf(resolved.siteId), resolved));
  return { source, ...got };
}

/** Buckets of `days` days in a time zone; the range cuts off part of the first and the last. */
function daysOf(zone: string, from: Date, to: Date, days = 1): TimeBuckets {
  const bounds = [from];
  for (let next = addDays(dayOf(from, zone), 1); dayStart(next, zone) < to; next = addDays(next, days)) {
    bounds.push(dayStart(next, zone));
  }
  return { unit: 'day', bounds: [...bounds, to], labels: bounds.map((bound) => bound.toISOString()) };
}

function hoursOf(from: Date, to: Date): TimeBuckets {
  const bounds: Date[] = [];
  for (let ms = from.getTime(); ms < to.getTime(); ms = Math.floor(ms / hour + 1) * hour) bounds.push(new Date(ms));
  return { unit: 'hour', bounds: [...bounds, to], labels: bounds.map((bound) => bound.toISOString()) };
}

const siteIds = ['absent', 'complete', 'stale', 'partial'];
const zones = ['UTC', 'America/New_York', 'Asia/Kolkata', 'Asia/Kathmandu', 'Australia/Lord_Howe'];
const columns: Extract<Condition['dimension'], Dimension>[] = ['event_type', 'path', 'referrer', 'profile_id'];

describe.each(siteIds)('the site with rollups %s', (siteId) => {
  it('has one row without dimensions, with zeros when nothing matches', async () => {
    await expectRight({ siteId });
    const filter: Filter = { op: 'is', dimension: 'path', values: ['/nowhere'] };
    const { rows } = await expectRight({ siteId, filter });
    expect(rows).toEqual([{ dimensions: [], metrics: [0, 0, 0, null, 0, 0] }]);
  });
  it.each(zones)('has correct time series in %s', async (zone) => {
    const buckets = daysOf(zone, first, last);
    const orderBy = [{ key: 'time:day' as const, direction: 'asc' as const }];
    await expectRight({ siteId, dimensions: ['time:day'], buckets, orderBy });
    const filter: Filter = { op: 'is', dimension: 'profile_id', values: ['p1', null] };
    await expectRight({ siteId, dimensions: ['time:day'], buckets, orderBy, filter });
    await expectRight({
      siteId,
      dimensions: ['time:week', 'path'],
      buckets: daysOf(zone, first, last, 7),
      orderBy: [],
    });
  });
  it.each(columns)('has correct groups by %s in any order', async (dimension) => {
    for (const key of [...metrics, dimension]) {
      for (const direction of ['asc', 'desc'] as const) {
        await expectRight({ siteId, dimensions: [dimension], orderBy: [{ key, direction }], limit: 3, offset: 1 });
      }
    }
  });
  it('has correct groups by two dimensions', async () => {
    await expectRight({
      siteId,
      dimensions: ['path', 'event_type'],
      orderBy: [{ key: 'visitors', direction: 'desc' }],
    });
    await expectRight({
      siteId,
      dimensions: ['event_type', 'profile_id'],
      orderBy: [{ key: 'views', direction: 'desc' }],
    });
    await expectRight({ siteId, dimensions: ['path', 'referrer'] });
    await expectRight({ siteId, dimensions: ['property:plan'] });
  });
});

describe('the source', () => {
  const source = async (given: Partial<ResolvedQuery>) => (await answer(query(given))).source;
  it('is raw when rollups have nothing in the range, and for metrics and dimensions that they lack', async () => {
    expect(await source({ siteId: 'absent' })).toBe('raw');
    expect(await source({ siteId: 'complete', dimensions: ['path'] })).toBe('raw');
    expect(await source({ siteId: 'complete', filter: { op: 'is', dimension: 'referrer', values: ['x'] } })).toBe(
      'raw',
    );
  });
  it('is rollup when nothing is marked, and mixed when something is or when the range cuts an interval', async () => {
    expect(await source({ siteId: 'complete' })).toBe('rollup');
    expect(await source({ siteId: 'stale' })).toBe('mixed');
    expect(await source({ siteId: 'complete', range: { from: new Date(first.getTime() + 1), to: last } })).toBe(
      'mixed',
    );
  });
  it('is rollup even in a different time zone from the day rollups', async () => {
    const range = { from: dayStart('2025-10-01', 'UTC'), to: dayStart('2025-10-03', 'UTC') };
    expect(await source({ siteId: 'complete', range })).toBe('rollup');
  });
});

it('is correct for random filters, groups, orders, pages, ranges and time zones', async () => {
  const random = createRandom(21);
  const oneOf = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
  const condition = (dimension: Condition['dimension']): Filter => {
    const op = oneOf(filterOperators.filter((name) => !comparesNumbers(name)));
    const isEqual = op === 'is' || op === 'is_not';
    const values: (string | null)[] = isEqual
      ? [oneOf([...paths, ...types, 'direct', 'p1', null]), oneOf(paths)]
      : [oneOf(['a', '/', 'p', 'i'])];
    return { op, dimension, values, ...(random() < 0.2 && { ignoreCase: true as const }) };
  };
  for (let round = 0; round < 300; round += 1) {
    const column = oneOf(columns);
    const from = new Date(first.getTime() + random() * 30 * day - day);
    const to = new Date(from.getTime() + oneOf([10 * 60_000, hour, day, 3 * day, 20 * day]) * (random() + 0.1));
    const step = oneOf([1, 60_000, 900_000, day]);
    const range = {
      from: new Date(Math.floor(from.getTime() / step) * step),
      to: new Date(Math.ceil(to.getTime() / step) * step),
    };
    const dimensions = oneOf<Dimension[]>([
      [],
      [column],
      ['time:day'],
      ['time:hour'],
      ['time:day', column],
      ['event_type', column],
    ]);
    const buckets =
      dimensions[0] === 'time:hour' ? hoursOf(range.from, range.to) : daysOf(oneOf(zones), range.from, range.to);
    const leaf = () => condition(oneOf([column, column, 'event_type']));
    const filter = oneOf<() => Filter | undefined>([
      () => undefined,
      leaf,
      () => ({ op: 'not', filter: leaf() }),
      () => ({ op: 'or', filters: [leaf(), leaf()] }),
    ])();
    await expectRight({
      siteId: oneOf(siteIds),
      range,
      dimensions: [...new Set(dimensions)],
      ...(dimensions[0]?.startsWith('time:') && { buckets }),
      ...(filter && { filter }),
      metrics: metrics.filter((_metric, index) => index === 2 || random() < 0.5),
      orderBy:
        dimensions.length === 0
          ? []
          : [oneOf([...metrics, ...dimensions])].map((key) => ({ key, direction: oneOf(['asc', 'desc']) })),
      limit: oneOf([1, 4, 10_000]),
      offset: oneOf([0, 0, 2]),
    });
  }
});

it('uses rollups for events that were dropped, and reports since when other metrics are counted', async () => {
  const zone = 'Australia/Lord_Howe';
  const range = { from: dayStart('2025-09-28', zone), to: last };
  const since = new Date('2025-10-01T00:00:00Z');
  await database.pool.query('insert into raw_horizon (since) values ($1)', [since]);
  await database.pool.query(`delete from events where site_id = 'complete' and timestamp < $1`, [since]);
  await expectRight({ siteId: 'complete', range });
  const common = { siteId: 'complete', range, dimensions: ['path'] as Dimension[], orderBy: [] };
  const { rows } = naiveAnswer(eventsOf('complete'), query({ ...common, range: { from: since, to: last } }));
  expect(await answer(query(common))).toMatchObject({ rows, eventsSince: since, source: 'raw' });
  const cut = { siteId: 'complete', range: { from: new Date(range.from.getTime() + 1), to: last } };
  expect(await answer(query(cut))).toMatchObject({ eventsSince: since, source: 'mixed' });
  const later = { ...common, range: { from: since, to: last } };
  expect((await answer(query(later))).eventsSince).toBeUndefined();
  const comparison = { range: { from: range.from, to: since } };
  expect((await answer(query({ ...later, comparison }))).eventsSince).toEqual(since);
});
