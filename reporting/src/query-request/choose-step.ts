/** How far back the counterpart of a bucket lies: the earlier range's distance, in steps that keep buckets whole. */
import type { TimeUnit } from '../query/resolved-query.js';
import { wholeWeeks } from './compare-span.js';
import type { Shift } from './presets.js';
import { clockMs, isClockUnit } from './time-buckets.js';

/** `iso-years`: the week of the same number. `range`: the whole earlier range, whose place the only bucket takes. */
export type Step = { kind: 'days' | 'months' | 'ms' | 'iso-years'; count: number } | { kind: 'range' };

export interface RangeToPair {
  shift: Shift;
  /** Days that the range is long, rounded up. */
  length: number;
  /** How many buckets the range has. */
  buckets: number;
}

const dayMs = 86_400_000;
/** Mean length of a month in days. */
const monthDays = 30.436875;
const monthsIn = { month: 1, quarter: 3, year: 12 };

const daysOf = ({ kind, count }: Shift) =>
  kind === 'days' ? count : kind === 'months' ? Math.round(count * monthDays) : Math.ceil(count / dayMs);

/**
 * A unit that divides the distance goes back exactly so far. Where it does not, a single bucket is compared with the whole
 * earlier range, and several go back by the nearest number of whole units that keeps both ranges apart.
 */
export function chooseStep(unit: TimeUnit, range: RangeToPair): Step {
  const { shift, length, buckets } = range;
  if (isClockUnit(unit)) return clockStep(clockMs[unit], range);
  if (unit === 'day') {
    if (shift.kind !== 'ms') return shift;
    return buckets === 1 ? { kind: 'range' } : { kind: 'days', count: Math.ceil(shift.count / dayMs) };
  }
  if (unit === 'week') {
    if (shift.kind === 'days' && shift.count % 7 === 0) return shift;
    if (shift.kind === 'months' && shift.count % 12 === 0) return { kind: 'iso-years', count: shift.count / 12 };
    return buckets === 1 ? { kind: 'range' } : { kind: 'days', count: wholeWeeks(daysOf(shift), length) };
  }
  const size = monthsIn[unit as keyof typeof monthsIn];
  if (shift.kind === 'months' && shift.count % size === 0) return shift;
  if (buckets === 1) return { kind: 'range' };
  const nearest = Math.round(daysOf(shift) / monthDays / size);
  return { kind: 'months', count: size * Math.max(nearest, Math.ceil(length / monthDays / size)) };
}

function clockStep(unitMs: number, { shift, buckets }: RangeToPair): Step {
  if (shift.kind !== 'ms' || shift.count % unitMs === 0) return shift;
  return buckets === 1 ? { kind: 'range' } : { kind: 'ms', count: Math.ceil(shift.count / unitMs) * unitMs };
}

/** True when counterparts cannot lie outside the earlier range but by what the range itself has cut off. */
export const isExact = (step: Step, shift: Shift): boolean => step.kind === shift.kind && step.count === shift.count;
