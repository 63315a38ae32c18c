/** One row of the results: figures, and the bar set for them. */
import { median } from './statistics.js';

export interface Row {
  measure: string;
  ours: number;
  unit: string;
  reference?: number;
  ratio?: number;
  /** What must be reached, in words; rows without one are for information. */
  bar?: string;
  met?: boolean;
  /** The single rounds behind a median, so that a reader sees how noisy the machine was. */
  rounds?: string;
  /** What a reader must know of how it was measured. */
  note?: string;
  /** The figure is of something else than what was to be measured: neither met nor missed. */
  notMeasured?: boolean;
}

/** Our rounds against the reference's; the ratio of the medians must be `atLeast`, if that is given. */
export function ratioRow(
  measure: string,
  ours: number[],
  reference: number[],
  atLeast?: number,
  unit = 'events/s',
): Row {
  const ratio = median(ours) / median(reference);
  const bar = atLeast === undefined ? {} : { bar: `>= ${atLeast}x`, met: ratio >= atLeast };
  return {
    measure,
    ours: median(ours),
    unit,
    reference: median(reference),
    ratio,
    ...bar,
    rounds: `${listOf(ours)} vs ${listOf(reference)}`,
  };
}

/** A figure that must stay below `limit`. */
export function limitRow(measure: string, ours: number, limit: number, unit: string): Row {
  return { measure, ours, unit, bar: `< ${limit} ${unit}`, met: ours < limit };
}

const fewestOfGrowth = 5;

/** Flat means that the last fifth of the samples lies less than a tenth above the second. */
export function memoryGrowthRow(measure: string, samplesMb: number[]): Row {
  const { length } = samplesMb;
  const fifth = (index: number) => median(samplesMb.slice((length * index) / 5, (length * (index + 1)) / 5));
  const row = limitRow(`${measure}, growth from second to last fifth`, (fifth(4) / fifth(1) - 1) * 100, 10, '%');
  return length >= fewestOfGrowth ? row : { ...row, notMeasured: true, note: `too short: ${length} samples` };
}

/** What could not be measured here, and why. */
export function missingRow(measure: string, note: string): Row {
  return { measure, ours: Number.NaN, unit: '', notMeasured: true, note };
}

/** A figure for information. */
export function infoRow(measure: string, ours: number, unit: string): Row {
  return { measure, ours, unit };
}

/** How many times less our times are than the reference's; the ratio of the medians must be `atLeast`. */
export function speedupRow(measure: string, oursMs: number[], referenceMs: number[], atLeast?: number): Row {
  const [ours, reference] = [median(oursMs), median(referenceMs)];
  const ratio = reference / ours;
  const bar = atLeast === undefined ? {} : { bar: `>= ${atLeast}x`, met: ratio >= atLeast };
  return { measure, ours, unit: 'ms', reference, ratio, ...bar };
}

/** A rate, or a number of times, that must be reached. */
export function floorRow(measure: string, ours: number, least: number, unit: string): Row {
  return { measure, ours, unit, bar: `>= ${least} ${unit}`, met: ours >= least };
}

const listOf = (values: number[]) => values.map((value) => Math.round(value).toLocaleString('en')).join(' · ');
