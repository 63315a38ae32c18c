/** Answers about more values than a page has, so that only some bitmaps are read, against a naive count in JavaScript. */

import { addPartition } from '@millrace/shared/testing/add-partition';
import { createRandom } from '@millrace/shared/testing/create-random';
import { createTestDatabase, type TestDatabase } from '@millrace/shared/testing/database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answerQuery } from '../src/query/answer-query.js';
import { inSnapshot } from '../src/query/in-snapshot.js';
import type { Dimension, Filter, Metric, Order, ResolvedQuery } from '../src/query/resolved-query.js';
import { naiveAnswer } from './naive-answer.js';
import { type StoredEvent, storeEvents } from './random-events.js';
import { markIntervals, storeRollups } from './stored-rollups.js';

const day = 86_400_000;
const from = new Date('2025-10-01T00:00:00Z');
const to = new Date('2025-10-21T00:00:00Z');
let database: TestDatabase;
let events: StoredEvent[];

/** Few paths have most of the events, and most have one visitor or two. */
function skewedEvents(count: number, users: number, start: Date, days: number, seed: number): StoredEvent[] {
  const random = createRandom(seed);
  return Array.from({ length: count }, () => ({
    timestamp: new Date(start.getTime() + Math.floor(random() * days * day)),
    event_type: random() < 0.8 ? 'view' : 'click',
    path: `/page-${Math.floor(random() ** 3 * 200)}`,
    user_id: random() < 0.9 ? `user-${seed}-${Math.floor(random() ** 2 * users)}` : null,
    profile_id: random() < 0.5 ? `profile-${Math.floor(random() * 90)}` : null,
    referrer: null,
    properties: null,
  }));
}

beforeAll(async () => {
  database = await createTestDatabase();
  await addPartition(database.pool, '2025-01-01', '2026-01-01');
  const rolled = skewedEvents(1_000, 200, from, 20, 31);
  const late = skewedEvents(150, 60, new Date(to.getTime() - day / 24), 1 / 24, 32);
  events = [...rolled, ...late];
  await storeEvents(database.pool, 'many', events);
  const detailSince = new Date('2025-10-13T00:00:00Z');
  await storeRollups(database.pool, rolled, { siteId: 'many', timezone: 'UTC', detailSince, daysBefore: '2025-10-20' });
  await markIntervals(database.pool, 'many', late);
});
afterAll(() => database.drop());

const query = (given: Partial<ResolvedQuery>): ResolvedQuery => ({
  siteId: 'many',
  timezone: 'UTC',
  range: { from, to },
  metrics: ['visitors', 'views', 'share'],
  dimensions: ['path'],
  orderBy: [{ key: 'visitors', direction: 'desc' }],
  limit: 10,
  offset: 0,
  totalRows: true,
  timeLabels: false,
  ...given,
});

async function expectRight(given: Partial<ResolvedQuery>) {
  const asked = query(given);
  const { source, ...got } = await inSnapshot(database.pool, (client) => answerQuery(client, asked));
  expect(source).toBe('mixed');
  expect(got, JSON.stringify(asked)).toEqual(naiveAnswer(events, asked));
}

const orders: [Metric | Dimension, Order['direction']][] = [
  ['visitors', 'desc'],
  ['visitors', 'asc'],
  ['share', 'desc'],
  ['share', 'asc'],
  ['views', 'desc'],
  ['path', 'asc'],
];

describe.each(orders)('ordered by %s %s', (key, direction) => {
  const orderBy = [{ key, direction }];
  it.each([
    [1, 0],
    [10, 0],
    [10, 40],
    [7, 150],
    [10_000, 0],
  ])('a page of %i after %i is right', async (limit, offset) => {
    await expectRight({ orderBy, limit, offset });
  });
  it('a page of few values of a filter is right', async () => {
    const filter: Filter = { op: 'contains', dimension: 'path', values: ['7'] };
    await expectRight({ orderBy, filter });
    await expectRight({ orderBy, filter: { op: 'is', dimension: 'event_type', values: ['click'] } });
  });
});

it('is right for two orders, of which the second decides between equal ones', async () => {
  for (const first of ['visitors', 'share'] as Metric[]) {
    const orderBy: Order[] = [
      { key: first, direction: 'desc' },
      { key: 'views', direction: 'asc' },
      { key: 'path', direction: 'desc' },
    ];
    await expectRight({ orderBy, limit: 25, offset: 30 });
  }
});

it('is right by values that may be absent, with time and with types', async () => {
  await expectRight({ dimensions: ['profile_id'] });
  await expectRight({ dimensions: ['path', 'event_type'], limit: 50 });
  const bounds = Array.from({ length: 21 }, (_, index) => new Date(from.getTime() + index * day));
  const buckets = { unit: 'day' as const, bounds, labels: bounds.slice(1).map((bound) => bound.toISOString()) };
  // The naive count computes the share of all for every comparison, which takes too long for so many groups.
  for (const [key, direction] of orders.filter(([name]) => name !== 'path' && name !== 'share')) {
    await expectRight({ dimensions: ['time:day', 'path'], buckets, orderBy: [{ key, direction }], limit: 30 });
  }
  await expectRight({
    dimensions: ['time:day', 'path'],
    buckets,
    orderBy: [{ key: 'time:day', direction: 'desc' }],
    limit: 10_000,
  });
});

it('has pages by views that are right where views end and other events go on', async () => {
  const orderBy: Order[] = [{ key: 'views', direction: 'desc' }];
  const rare: Filter = { op: 'contains', dimension: 'path', values: ['29'] };
  for (const [limit, offset] of [
    [1, 0],
    [12, 0],
    [5, 10],
    [50, 0],
  ] as const) {
    const asked = query({ metrics: ['views', 'visitors'], orderBy, filter: rare, limit, offset, totalRows: false });
    const { rows } = await inSnapshot(database.pool, (client) => answerQuery(client, asked));
    expect(rows).toEqual(naiveAnswer(events, asked).rows);
  }
});
