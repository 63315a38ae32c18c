import { addPartition } from '@millrace/shared/testing/add-partition';
import { createTestDatabase, type TestDatabase } from '@millrace/shared/testing/database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answerQuery } from '../src/query/answer-query.js';
import { changeOf } from '../src/query/compare-periods.js';
import type { PairedBuckets, ResolvedQuery, TimeBuckets } from '../src/query/resolved-query.js';
import { inSnapshot } from '../src/reading/in-snapshot.js';
import { type StoredEvent, storeEvents } from './random-events.js';
import { storeRollups } from './stored-rollups.js';

let database: TestDatabase;
const days = ['2025-11-01', '2025-11-02', '2025-11-03', '2025-11-04', '2025-11-05'];
const at = (day: string) => new Date(`${day}T00:00:00Z`);

const event = (day: string, path: string, user: string | null, type = 'view'): StoredEvent => ({
  timestamp: new Date(`${day}T12:00:00Z`),
  event_type: type,
  path,
  user_id: user,
  profile_id: null,
  referrer: null,
  properties: null,
});

const events = [
  event(days[0]!, '/a', 'u1'),
  event(days[0]!, '/a', 'u1'),
  event(days[0]!, '/b', 'u2'),
  event(days[0]!, '/old', 'u3'),
  event(days[1]!, '/a', 'u4'),
  event(days[2]!, '/a', 'u1'),
  event(days[2]!, '/a', 'u5'),
  event(days[2]!, '/new', 'u5'),
  event(days[3]!, '/b', null),
];

beforeAll(async () => {
  database = await createTestDatabase();
  await addPartition(database.pool, '2025-01-01', '2026-01-01');
  for (const siteId of ['rolled', 'raw']) await storeEvents(database.pool, siteId, events);
  const options = { siteId: 'rolled', timezone: 'UTC', daysBefore: '2025-12-01' };
  await storeRollups(database.pool, events, options);
});
afterAll(() => database.drop());

const daily = (...some: string[]): TimeBuckets => ({ unit: 'day', bounds: some.map(at), labels: some.slice(0, -1) });

const paired = (pairs: (number | null)[], ...some: string[]): PairedBuckets => ({ ...daily(...some), pairs });

const query = (given: Partial<ResolvedQuery>): ResolvedQuery => ({
  siteId: 'rolled',
  timezone: 'UTC',
  range: { from: at(days[2]!), to: at(days[4]!) },
  metrics: ['visitors', 'views', 'share'],
  dimensions: [],
  orderBy: [],
  limit: 10_000,
  offset: 0,
  totalRows: false,
  timeLabels: false,
  comparison: { range: { from: at(days[0]!), to: at(days[2]!) } },
  ...given,
});
const answer = (resolved: ResolvedQuery) => inSnapshot(database.pool, (client) => answerQuery(client, resolved));

describe.each(['rolled', 'raw'])('a comparison on the %s site', (siteId) => {
  it('compares the single row without dimensions with the row of the earlier period', async () => {
    const { rows, comparisonRows } = await answer(query({ siteId }));
    expect(rows).toEqual([{ dimensions: [], metrics: [2, 4, 100] }]);
    expect(comparisonRows).toEqual([{ dimensions: [], metrics: [4, 5, 100], change: [-50, -20, 0] }]);
  });
  it('compares each value with the same value, with shares of the whole earlier period', async () => {
    const orderBy = [{ key: 'views' as const, direction: 'desc' as const }];
    const { rows, comparisonRows } = await answer(query({ siteId, dimensions: ['path'], orderBy, limit: 3 }));
    expect(rows).toEqual([
      { dimensions: ['/a'], metrics: [2, 2, 100] },
      { dimensions: ['/b'], metrics: [0, 1, 0] },
      { dimensions: ['/new'], metrics: [1, 1, 50] },
    ]);
    expect(comparisonRows).toEqual([
      { dimensions: ['/a'], metrics: [2, 3, 50], change: [0, -33, 100] },
      { dimensions: ['/b'], metrics: [1, 1, 25], change: [-100, 0, -100] },
      { dimensions: ['/new'], metrics: [0, 0, 0], change: [null, null, null] },
    ]);
  });
  it('compares a value without earlier visits with zero visits and a null rate', async () => {
    const orderBy = [{ key: 'path' as const, direction: 'desc' as const }];
    const metrics: ResolvedQuery['metrics'] = ['visits', 'bounce_rate'];
    const { comparisonRows } = await answer(query({ siteId, dimensions: ['path'], metrics, orderBy, limit: 1 }));
    expect(comparisonRows).toEqual([{ dimensions: ['/new'], metrics: [0, null], change: [null, null] }]);
  });
  it('compares each bucket with its counterpart, and with null if the earlier period has none', async () => {
    const earlier = { range: { from: at(days[1]!), to: at(days[2]!) }, buckets: paired([0, null], days[1]!, days[2]!) };
    const { rows, comparisonRows } = await answer(
      query({
        siteId,
        metrics: ['visitors', 'views_per_visitor'],
        dimensions: ['time:day'],
        orderBy: [{ key: 'time:day', direction: 'asc' }],
        buckets: daily(days[2]!, days[3]!, days[4]!),
        comparison: earlier,
      }),
    );
    expect(rows).toEqual([
      { dimensions: ['2025-11-03'], metrics: [2, 1.5] },
      { dimensions: ['2025-11-04'], metrics: [0, null] },
    ]);
    expect(comparisonRows).toEqual([
      { dimensions: ['2025-11-02'], metrics: [1, 1], change: [100, 50] },
      { dimensions: [null], metrics: [null, null], change: [null, null] },
    ]);
  });
  it('compares each value in a bucket with the same value in the counterpart', async () => {
    const { rows, comparisonRows } = await answer(
      query({
        siteId,
        metrics: ['views'],
        dimensions: ['time:day', 'path'],
        orderBy: [{ key: 'time:day', direction: 'asc' }],
        buckets: daily(days[2]!, days[3]!, days[4]!),
        comparison: {
          range: { from: at(days[0]!), to: at(days[2]!) },
          buckets: paired([0, 1], days[0]!, days[1]!, days[2]!),
        },
      }),
    );
    expect(rows).toEqual([
      { dimensions: ['2025-11-03', '/a'], metrics: [2] },
      { dimensions: ['2025-11-03', '/new'], metrics: [1] },
      { dimensions: ['2025-11-04', '/b'], metrics: [1] },
    ]);
    expect(comparisonRows).toEqual([
      { dimensions: ['2025-11-01', '/a'], metrics: [2], change: [0] },
      { dimensions: ['2025-11-01', '/new'], metrics: [0], change: [null] },
      { dimensions: ['2025-11-02', '/b'], metrics: [0], change: [null] },
    ]);
  });
});

it('rounds changes to whole percent, and returns null for a change from zero', () => {
  expect(changeOf(3, 4)).toBe(33);
  expect(changeOf(8, 7)).toBe(-13);
  expect(changeOf(8, 9)).toBe(13);
  expect(changeOf(0, 0)).toBe(0);
  expect(changeOf(0, 5)).toBe(null);
  expect(changeOf(5, 0)).toBe(-100);
  expect(changeOf(null, 5)).toBe(null);
  expect(changeOf(5, null)).toBe(null);
});
