/** What metrics over properties are in each group, from what was counted of the numbers there. */
import { averageOf, averagePlaces, fromScaled } from '../query/exact-numbers.js';
import { parseNumberMetric } from '../query/number-metrics.js';
import type { NumberMetric } from '../query/resolved-query.js';
import type { CountedNumbers, Frequencies } from './count-numbers.js';
import type { NumberTable } from './number-table.js';

export interface NumberValues {
  /** Orders groups as the value of the metric does; null where there is none. */
  orderOf(metric: NumberMetric, group: number): number | bigint | null;
  /** In plain digits. */
  textOf(metric: NumberMetric, group: number): string | null;
}

/** A property with the numbers that it may have. */
export interface CountedColumn {
  column: string;
  counted: CountedNumbers;
  table: NumberTable;
}

/** A value for each group, and how it is written; values of groups without a number are of no use. */
interface MetricList {
  values: ArrayLike<number | bigint>;
  textOf(value: number | bigint): string;
}

/** By nearest rank: the first number up to which there are at least so many percent. */
function percentilesOf({ starts, ranks, counts }: Frequencies, percent: number, totals: Uint32Array): Uint32Array {
  return totals.map((total, group) => {
    // A hundredth is more than rounding can be wrong by.
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

/** Each metric is computed for all groups when it is first asked for. */
export function numberValues(columns: CountedColumn[]): NumberValues {
  const lists = new Map<NumberMetric, MetricList & { counts: Uint32Array }>();
  const find = (metric: NumberMetric) => {
    const known = lists.get(metric);
    if (known) return known;
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
