/** Which questions rollups answer: those made of what they hold, and nothing else. */
import { expect, it } from 'vitest';
import { planRollup } from '../src/query/plan-rollup.js';
import type { Dimension, FilterDimension, ResolvedQuery } from '../src/query/resolved-query.js';

const query = (dimensions: string[], filtered?: string): ResolvedQuery => ({
  siteId: 'demo',
  timezone: 'UTC',
  range: { from: new Date('2026-01-01Z'), to: new Date('2026-01-02Z') },
  metrics: ['events'],
  dimensions: dimensions as Dimension[],
  ...(filtered !== undefined && { filter: { op: 'is', dimension: filtered as FilterDimension, values: ['x'] } }),
  orderBy: [],
  limit: 1,
  offset: 0,
  totalRows: false,
  timeLabels: false,
});

it.each([
  [[], undefined, 'all'],
  [['event_type', 'time:month'], undefined, 'all'],
  [['path'], undefined, 'path'],
  [['time:hour', 'event_type', 'referrer'], 'referrer', 'referrer'],
  [['time:day'], 'profile_id', 'profile'],
])('%j with a filter of %s are read from rows of %s', (dimensions, filtered, dimension) => {
  expect(planRollup(query(dimensions, filtered))?.dimension).toBe(dimension);
});

it.each([
  [['path', 'referrer'], undefined],
  [['path'], 'profile_id'],
  [['property:path'], undefined],
  [['time:minute'], undefined],
  [[], 'user_id'],
  [['path'], 'session_id'],
  // Dimensions that a later change may add to queries without a thought for rollups.
  [['session_id'], undefined],
  [['hostname', 'path'], undefined],
  [['time:fortnight'], undefined],
  [[], 'country'],
  [['constructor'], undefined],
])('%j with a filter of %s are counted from raw events', (dimensions, filtered) => {
  expect(planRollup(query(dimensions, filtered))).toBeUndefined();
});
