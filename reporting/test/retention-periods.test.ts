/** The weeks and months that a range touches. */
import { expect, it } from 'vitest';
import { type Period, periodsOf } from '../src/retention/cohort-periods.js';

const now = new Date('2025-11-19T12:00Z');

const labels = (period: Period, from: string, to: string, zone: string, most = 120) =>
  periodsOf({ from: new Date(from), to: new Date(to) }, period, zone, now, most).labels;
it('are whole ones in the time zone', () => {
  expect(labels('week', '2025-11-03T00:00Z', '2025-11-10T00:00Z', 'UTC')).toEqual(['2025-11-03']);
  expect(labels('week', '2025-11-03T00:00Z', '2025-11-10T05:00Z', 'America/New_York')).toEqual([
    '2025-10-27',
    '2025-11-03',
  ]);
  expect(labels('month', '2025-01-31T00:00Z', '2025-04-01T00:00Z', 'UTC')).toEqual([
    '2025-01-01',
    '2025-02-01',
    '2025-03-01',
  ]);
  expect(labels('month', '2024-12-31T23:00Z', '2025-01-02T00:00Z', 'UTC')).toEqual(['2024-12-01', '2025-01-01']);
});
it('end with the current one, and at most one after the allowed number', () => {
  expect(labels('month', '2025-10-15T00:00Z', '2030-01-01T00:00Z', 'UTC')).toEqual(['2025-10-01', '2025-11-01']);
  expect(labels('week', '2000-01-01T00:00Z', '2025-01-01T00:00Z', 'UTC', 5)).toHaveLength(6);
});
