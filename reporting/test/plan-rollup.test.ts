/** Rollups answer exactly the queries whose metrics, dimensions and filters they contain. */
import { expect, it } from 'vitest';
import { planRollup } from '../src/query/plan-rollup.js';
import type { Dimension, FilterDimension, Metric, ResolvedQuery } from '../src/query/resolved-query.js';

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
  [[], undefined],
  [['event_type', 'time:month'], undefined],
  [['time:hour_of_day'], 'event_type'],
])('%j with a filter of %s are read from rollups', (dimensions, filtered) => {
  expect(planRollup(query(dimensions, filtered))).toMatchObject({ byType: dimensions.includes('event_type') });
});

it.each([
  [['path'], undefined],
  [['time:day'], 'profile_id'],
  [['referrer'], 'event_type'],
  [['property:path'], undefined],
  [['time:minute'], undefined],
  [[], 'user_id'],
  [[], 'entry_page'],
  // A future dimension that rollups do not have.
  [['session_id'], undefined],
  [['time:fortnight'], undefined],
  [[], 'country'],
  [['constructor'], undefined],
])('%j with a filter of %s are not', (dimensions, filtered) => {
  expect(planRollup(query(dimensions, filtered))).toBeUndefined();
});

it.each(['views_per_visitor', 'visits', 'visit_duration', 'median_of_a_later_change'])('%s is not', (metric) => {
  expect(planRollup({ ...query([]), metrics: [metric as Metric] })).toBeUndefined();
  const orderBy = [{ key: metric as Metric, direction: 'asc' as const }];
  expect(planRollup({ ...query(['event_type']), orderBy })).toBeUndefined();
});
