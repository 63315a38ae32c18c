/** Proves how the bench counts the jobs of schedules, and where the straightforward aggregations cut time. */
import { expect, it } from 'vitest';
import { periodEnd, periodStart } from '../baseline/aggregations/plain-rows.js';
import { nextStretch } from '../src/jobs/bench-schedules.js';
import { notOnce, slotsOf } from '../src/jobs/schedule-once.js';

const stretch = { from: 1_000, to: 3_000 };
const slots = ['sched-bench-0-1000', 'sched-bench-1-1000', 'sched-bench-0-2000', 'sched-bench-1-2000'];
const firings = [
  { id: 'bench-0', slot: new Date(1_000) },
  { id: 'bench-1', slot: new Date(1_000) },
  { id: 'bench-0', slot: new Date(2_000) },
  { id: 'bench-1', slot: new Date(2_000) },
];

it('expects one slot of each schedule in each second', () => {
  expect(slotsOf(2, stretch)).toEqual(slots);
});

it('finds nothing wrong when each slot has one firing and one job, whatever else was worked on', () => {
  expect(notOnce(slots, [...slots, 'sched-bench-0-3000'], firings)).toBe(0);
});

it('finds a job that was worked on twice, one that never was, and a firing that is missing', () => {
  const [first, , third, fourth] = slots as [string, string, string, string];
  expect(notOnce(slots, [first, first, third, fourth], firings.slice(0, 3))).toBe(3);
});

it('begins a stretch at a whole multiple, not before two seconds from now', () => {
  const { from, to } = nextStretch(10_000, 60);
  expect([from % 10_000, to - from, from - Date.now() > 1_900]).toEqual([0, 60_000, true]);
});

it.each([
  ['day', '2026-08-02', '2026-08-03'],
  ['week', '2026-07-27', '2026-08-03'],
  ['month', '2026-08-01', '2026-09-01'],
  ['quarter', '2026-07-01', '2026-10-01'],
  ['year', '2026-01-01', '2027-01-01'],
])('knows the %s of a Sunday', (type, start, end) => {
  expect(periodStart(new Date('2026-08-02T23:00:00Z'), type)).toBe(start);
  expect(periodEnd(start, type).toISOString()).toBe(`${end}T00:00:00.000Z`);
});
