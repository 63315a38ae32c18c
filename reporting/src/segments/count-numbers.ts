/** Aggregates the numeric values of a property in each group. */
import type { Numbers } from '@millrace/shared/segments/number-block';
import { type NumberTable, overlong } from './number-table.js';

/** A column with numeric values; see {@link NumberTable}. */
export interface NumberColumn {
  column: string;
  ranks: NumberTable['ranks'];
  /** By rank; undefined when no sums are needed. */
  values?: BigInt64Array | bigint[];
  /** Whether percentiles are needed, and so the frequency of each number. */
  withFrequencies: boolean;
}

/** How often each number occurs in each group: group g has entries starts[g] to before starts[g + 1], by rank. */
export interface Frequencies {
  starts: Uint32Array;
  ranks: Uint32Array;
  counts: Uint32Array;
}

/** Each list has one entry per group; ranks are 0 for groups without a number. */
export interface CountedNumbers {
  counts: Uint32Array;
  least: Uint32Array;
  most: Uint32Array;
  sums?: BigInt64Array | bigint[];
  frequencies?: Frequencies;
  /** A number was too long to be counted, so the results are wrong. */
  isIncomplete: boolean;
}

/** The rows of one part; `codes` is undefined when all are zero. */
export interface GroupedCodes {
  groups: Numbers;
  codes: Numbers | undefined;
}

export const emptySums = (like: BigInt64Array | bigint[], size: number): BigInt64Array | bigint[] =>
  Array.isArray(like) ? new Array<bigint>(size).fill(0n) : new BigInt64Array(size);

function addNumbers({ groups, codes }: GroupedCodes, { ranks, values }: NumberColumn, to: CountedNumbers): void {
  const { counts, least, most, sums } = to;
  for (let row = 0; codes && row < groups.length; row += 1) {
    const rank = ranks[codes[row]!]!;
    if (rank === 0) continue;
    if (rank === overlong) {
      to.isIncomplete = true;
      return;
    }
    const group = groups[row]!;
    counts[group]! += 1;
    if (least[group] === 0 || rank < least[group]!) least[group] = rank;
    if (rank > most[group]!) most[group] = rank;
    if (sums) sums[group] = sums[group]! + values![rank]!;
  }
}

/** The ranks of all rows, sorted by group. */
function gatherRanks(lists: GroupedCodes[], ranks: Uint32Array, counts: Uint32Array) {
  const starts = new Uint32Array(counts.length + 1);
  for (let group = 0; group < counts.length; group += 1) starts[group + 1] = starts[group]! + counts[group]!;
  const gathered = new Uint32Array(starts.at(-1)!);
  const ends = starts.slice();
  for (const { groups, codes } of lists) {
    for (let row = 0; codes && row < groups.length; row += 1) {
      const rank = ranks[codes[row]!]!;
      if (rank !== 0) gathered[ends[groups[row]!]!++] = rank;
    }
  }
  return { starts, gathered };
}

/** Counts one group at a time, in a tally by rank that is cleared after each group. */
function frequenciesOf(lists: GroupedCodes[], ranks: Uint32Array, counts: Uint32Array): Frequencies {
  const { starts: from, gathered } = gatherRanks(lists, ranks, counts);
  const tally = new Uint32Array(gathered.reduce((most, rank) => Math.max(most, rank), 0) + 1);
  const starts = new Uint32Array(from.length);
  const occurrences = new Uint32Array(gathered.length);
  let end = 0;
  for (let group = 0; group < counts.length; group += 1) {
    const first = end;
    for (let at = from[group]!; at < from[group + 1]!; at += 1) {
      const rank = gathered[at]!;
      // This overwrites entries that were already read: a group has no more ranks than rows.
      if (tally[rank] === 0) gathered[end++] = rank;
      tally[rank]! += 1;
    }
    gathered.subarray(first, end).sort();
    for (let at = first; at < end; at += 1) {
      occurrences[at] = tally[gathered[at]!]!;
      tally[gathered[at]!] = 0;
    }
    starts[group + 1] = end;
  }
  return { starts, ranks: gathered.slice(0, end), counts: occurrences.slice(0, end) };
}

/** Groups are numbered below `size`. */
export function countNumbers(lists: GroupedCodes[], column: NumberColumn, size: number): CountedNumbers {
  const [counts, least, most] = [new Uint32Array(size), new Uint32Array(size), new Uint32Array(size)];
  const counted: CountedNumbers = { counts, least, most, isIncomplete: false };
  if (column.values) counted.sums = emptySums(column.values, size);
  for (const list of lists) addNumbers(list, column, counted);
  if (column.withFrequencies && !counted.isIncomplete) counted.frequencies = frequenciesOf(lists, column.ranks, counts);
  return counted;
}

/** Keeps only the groups that are `present`; all others have no rows. */
export function compactNumbers(counted: CountedNumbers, present: Uint32Array): CountedNumbers {
  const { sums, frequencies, isIncomplete } = counted;
  const at = (list: Uint32Array) => present.map((group) => list[group]!);
  const lists = { counts: at(counted.counts), least: at(counted.least), most: at(counted.most) };
  const compact: CountedNumbers = { ...lists, isIncomplete };
  if (sums) {
    compact.sums = emptySums(sums, present.length);
    for (let place = 0; place < present.length; place += 1) compact.sums[place] = sums[present[place]!]!;
  }
  if (frequencies) {
    const starts = new Uint32Array(present.length + 1).fill(frequencies.ranks.length);
    starts.set(at(frequencies.starts));
    compact.frequencies = { ...frequencies, starts };
  }
  return compact;
}
