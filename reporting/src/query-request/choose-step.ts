/** How far back to look for the counterpart of a bucket: the distance of the two ranges, rounded so that buckets stay whole. */
import { dayMs } from '@millrace/shared/time/durations';
import type { TimeUnit } from '../query/dimension-catalogue.js';
import type { Shift } from './presets.js';
import { clockMs, isClockUnit } from './time-buckets.js';

/** `iso-years`: the week with the same ISO number. `range`: the whole earlier range, for a range of one bucket. */
export type Step = { kind: 'days' | 'months' | 'ms' | 'iso-years'; count: number } | { kind: 'range' };

export interface RangeToPair {
  /** Negative when the other range starts later. */
  shift: Shift;
  /** False when the ranges overlap, which happens with given dates and with year-over-year on ranges of several years. */
  isApart: boolean;
  /** Length of the range in days, rounded up. */
  length: number;
  /** Number of buckets in the range. */
  buckets: number;
}

/** Mean length of a month in days. */
const monthDays = 30.436875;
const monthsIn = { month: 1, quarter: 3, year: 12 };

const daysOf = ({ kind, count }: Shift) =>
  kind === 'days' ? count : kind === 'months' ? Math.round(count * monthDays) : roundAwayFromZero(count / dayMs);

/** The nearest whole number, keeping the sign, and at least `fewest` away from 0. */
const nearestWhole = (distance: number, minimum: number) =>
  Math.sign(distance) * Math.max(Math.round(Math.abs(distance)), minimum);

/** Rounds away from 0, so that ranges that do not overlap stay apart. */
const roundAwayFromZero = (distance: number) => Math.sign(distance) * Math.ceil(Math.abs(distance));

/**
 * Where the unit divides the distance, the step is the distance, negative when the other range starts later. Otherwise a single
 * bucket is compared with the whole other range, and several buckets move by the nearest whole number of units that keeps the ranges
 * apart (for overlapping ranges: the nearest number, at least 1).
 */
export function chooseStep(unit: TimeUnit, range: RangeToPair): Step {
  const { shift, length, buckets, isApart } = range;
  const fewest = (unitDays: number) => (isApart ? Math.ceil(length / unitDays) : 1);
  if (isClockUnit(unit)) return clockStep(clockMs[unit], range);
  if (unit === 'day') {
    if (shift.kind !== 'ms') return shift;
    return buckets === 1 ? { kind: 'range' } : { kind: 'days', count: roundAwayFromZero(shift.count / dayMs) };
  }
  if (unit === 'week') {
    if (shift.kind === 'days' && shift.count % 7 === 0) return shift;
    if (shift.kind === 'months' && shift.count % 12 === 0) return { kind: 'iso-years', count: shift.count / 12 };
    if (buckets === 1) return { kind: 'range' };
    return { kind: 'days', count: 7 * nearestWhole(daysOf(shift) / 7, fewest(7)) };
  }
  const size = monthsIn[unit as keyof typeof monthsIn];
  if (shift.kind === 'months' && shift.count % size === 0) return shift;
  if (buckets === 1) return { kind: 'range' };
  const unitDays = monthDays * size;
  return { kind: 'months', count: size * nearestWhole(daysOf(shift) / unitDays, fewest(unitDays)) };
}

function clockStep(unitMs: number, { shift, buckets }: RangeToPair): Step {
  if (shift.kind !== 'ms' || shift.count % unitMs === 0) return shift;
  return buckets === 1 ? { kind: 'range' } : { kind: 'ms', count: roundAwayFromZero(shift.count / unitMs) * unitMs };
}

/** True when a counterpart cannot reach outside the earlier range, except where the range cuts off its first or last bucket. */
export const isExact = (step: Step, shift: Shift): boolean => step.kind === shift.kind && step.count === shift.count;
