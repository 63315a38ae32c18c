import { expect, it } from 'vitest';
import { nextPeriod, notOnce, slotsOf } from '../src/jobs/schedules.js';

const period = { from: 1_000, to: 3_000 };
const slots = ['sched-bench-0-1000', 'sched-bench-1-1000', 'sched-bench-0-2000', 'sched-bench-1-2000'];
const firings = [
  { id: 'bench-0', slot: new Date(1_000) },
  { id: 'bench-1', slot: new Date(1_000) },
  { id: 'bench-0', slot: new Date(2_000) },
  { id: 'bench-1', slot: new Date(2_000) },
];

it('expects one slot of each schedule in each second', () => {
  expect(slotsOf(2, period)).toEqual(slots);
});

it('accepts slots with one firing and one job each, even if other jobs were executed', () => {
  expect(notOnce(slots, [...slots, 'sched-bench-0-3000'], firings)).toBe(0);
});

it('counts a job that was executed twice, one that never was, and a missing firing', () => {
  const [first, , third, fourth] = slots as [string, string, string, string];
  expect(notOnce(slots, [first, first, third, fourth], firings.slice(0, 3))).toBe(3);
});

it('starts a period at a multiple of the step, at least two seconds from now', () => {
  const { from, to } = nextPeriod(10_000, 60);
  expect([from % 10_000, to - from, from - Date.now() > 1_900]).toEqual([0, 60_000, true]);
});
