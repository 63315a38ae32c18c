/** Results of jobs that found nothing to do, which are logged at a lower level. */
import { didNothing } from '@millrace/shared/contract/job-results';
import { expect, it } from 'vitest';

it.each([
  { skipped: 'another roll of the site is running' },
  { done: [], failed: [], skipped: [{ site_id: 'demo', reason: 'nothing was touched' }] },
  { intervals: 0, days: 0, rows: 0, ms: 12 },
  { rows: { revenue_aggregates: 0, user_cohorts: 0 }, ms: 3 },
  { removed: { partitions: 0 }, kept: [] },
  { warmed: ['top-items'], failed: [], ms: 4 },
])('is true of %j', (result) => {
  expect(didNothing(result)).toBe(true);
});

it.each([
  { events: 3 },
  { done: ['demo'], failed: [], skipped: [] },
  { done: [], failed: [{ site_id: 'demo', reason: 'no' }], skipped: [] },
  { intervals: 1, days: 0, rows: 0, ms: 12 },
  { rows: { revenue_aggregates: 2 }, ms: 3 },
  { removed: {}, kept: [{ what: 'events_2025_01', reason: 'not rolled yet' }] },
  { warmed: [], failed: [{ key: 'top-items', reason: 'no' }], ms: 4 },
  'done',
  undefined,
])('is false of %j', (result) => {
  expect(didNothing(result)).toBe(false);
});
