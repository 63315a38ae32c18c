/** Computes the number metrics of each group from its counted numbers. */
import { averageOf, averagePlaces, fromScaled } from '../query/exact-numbers.js';
import { parseNumberMetric } from '../query/number-metrics.js';
import type { NumberMetric } from '../query/resolved-query.js';
import type { CountedNumbers, Frequencies } from './count-numbers.js';
import type { NumberTable } from './number-table.js';

export interface NumberValues {
  /** Sorts like the value of the metric; null without a value. */
  orderOf(metric: NumberMetric, group: number): number | bigint | null;
  /** In plain digits. */
  textOf(metric: NumberMetric, group: number): string | null;
}

/** A property with its counted numbers, and the table they refer to. */
export interface CountedColumn {
  column: string;
  counted: CountedNumbers;
  table: NumberTable;
}

/** One value per group, meaningless for groups without a number, and how to write it as text. */
interface MetricList {
  values: ArrayLike<number | bigint>;
  textOf(value: number | bigint): string;
}

/** By nearest rank: the smallest number such that at least `percent` of the numbers are not greater. */
function percentilesOf({ starts, ranks, counts }: Frequencies, percent: number, totals: Uint32Array): Uint32Array {
  return totals.map((total, group) => {
    // `percent` is an integer, so the quotient is a multiple of 1/100: far enough from integers that rounding errors do not
    // matter.
    let left = Math.ceil((percent * total) / 100);
    let at = starts[group]!;
    for (; at < starts[group + 1]! && counts[at]! < left; at += 1) left -= counts[at]!;
    return ranks[at] ?? 0;
  });
}

function listOf({ measure }: ReturnType<typeof parseNumberMetric>, { counted, table }: CountedColumn): MetricList {
  const { counts, least, most, sums, frequencies } = counted;
  const written = (places: number) => (value: number | bigint) => fromScaled(value as bigint, places);
  const ofRank = (rank: number | bigint) => fromScaled(table.values[Number(rank)]!, table.places);
  if (measure === 'sum') return { values: sums!, textOf: written(table.places) };
  if (measure === 'minimum') return { values: least, textOf: ofRank };
  if (measure === 'maximum') return { values: most, textOf: ofRank };
  if (measure !== 'average') return { values: percentilesOf(frequencies!, measure.percentile, counts), textOf: ofRank };
  const averages = Array.from(counts, (count, group) =>
    count === 0 ? 0n : averageOf(sums![group]!, table.places, count),
  );
  return { values: averages, textOf: written(averagePlaces) };
}

/** A metric is computed for all groups on first use. */
export function numberValues(columns: CountedColumn[]): NumberValues {
  const lists = new Map<NumberMetric, MetricList & { counts: Uint32Array }>();
  const find = (metric: NumberMetric) => {
    const cached = lists.get(metric);
    if (cached) return cached;
    const parts = parseNumberMetric(metric);
    const counted = columns.find(({ column }) => column === parts.column)!;
    const list = { ...listOf(parts, counted), counts: counted.counted.counts };
    lists.set(metric, list);
    return list;
  };
  return {
    orderOf(metric, group) {
      const { counts, values } = find(metric);
      return counts[group] === 0 ? null : values[group]!;
    },
    textOf(metric, group) {
      const { counts, values, textOf } = find(metric);
      return counts[group] === 0 ? null : textOf(values[group]!);
    },
  };
}
