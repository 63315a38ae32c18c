/** One figure of the results, with its bar if there is one. */
export interface Row {
  measure: string;
  ours: number;
  unit: string;
  reference?: number;
  ratio?: number;
  /** The bar in words; absent from rows for information. */
  bar?: string;
  met?: boolean;
  /** The rounds behind a median: they show how noisy the machine was. */
  rounds?: string;
  /** How it was measured, where that matters for reading it. */
  note?: string;
  /** Something else limited the figure: it is neither met nor missed. */
  notMeasured?: boolean;
}

/** The middle value; for an even count, the mean of the two in the middle. NaN for an empty list. */
export function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** The smallest value that at least `percent` per cent of the values do not exceed (nearest rank). NaN for an empty list. */
export function percentile(values: number[], percent: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? Number.NaN;
}

const listOf = (values: number[]) => values.map((value) => Math.round(value).toLocaleString('en')).join(' · ');

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

/** How many times shorter our durations are than the reference's; the ratio of the medians must be `atLeast`, if that is given. */
export function speedupRow(measure: string, oursMs: number[], referenceMs: number[], atLeast?: number): Row {
  const [ours, reference] = [median(oursMs), median(referenceMs)];
  const ratio = reference / ours;
  const bar = atLeast === undefined ? {} : { bar: `>= ${atLeast}x`, met: ratio >= atLeast };
  return { measure, ours, unit: 'ms', reference, ratio, ...bar };
}

/** A figure that must stay below `limit`. */
export function limitRow(measure: string, ours: number, limit: number, unit: string): Row {
  return { measure, ours, unit, bar: `< ${limit} ${unit}`, met: ours < limit };
}

/** A figure that must reach `least`. */
export function floorRow(measure: string, ours: number, least: number, unit: string): Row {
  return { measure, ours, unit, bar: `>= ${least} ${unit}`, met: ours >= least };
}

/** A figure for information. */
export function infoRow(measure: string, ours: number, unit: string): Row {
  return { measure, ours, unit };
}

/** A measure that could not be taken, and why. */
export function missingRow(measure: string, note: string): Row {
  return { measure, ours: Number.NaN, unit: '', notMeasured: true, note };
}

const minGrowthSamples = 5;

/** Memory counts as flat when the last fifth of the samples is less than 10 % above the second. */
export function memoryGrowthRow(measure: string, samplesMb: number[]): Row {
  const { length } = samplesMb;
  const fifth = (index: number) => median(samplesMb.slice((length * index) / 5, (length * (index + 1)) / 5));
  const row = limitRow(`${measure}, growth from second to last fifth`, (fifth(4) / fifth(1) - 1) * 100, 10, '%');
  return length >= minGrowthSamples ? row : { ...row, notMeasured: true, note: `too short: ${length} samples` };
}
