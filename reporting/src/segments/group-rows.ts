/** Gives rows the number of their group: one for each combination of a bucket and codes. */
import { type BucketPlan, createBucketFinder } from './bucket-rows.js';
import type { Part } from './part.js';
import type { RowList } from './select-rows.js';

/** What rows are grouped by: the time axis, or a column whose codes are below `size`. */
export type GroupKey =
  | { by: 'time'; buckets: BucketPlan; size: number }
  /** `same`: for each code the one that it counts as. */
  | { by: 'column'; column: string; size: number; same?: Uint32Array };

export interface RowGrouper {
  /** For each row of the list the number of its group. */
  groupsOf(part: Part, list: RowList): Uint32Array;
  /** Numbers of groups are below it. */
  size(): number;
  /** The bucket or code of each key, of one group. */
  keysOf(group: number): number[];
}

/** So many combinations are numbered as they are; of more only those that occur. */
const mostDense = 1 << 20;

/** Numbers for pairs of numbers, as they occur. */
function createPairs(rightSize: number) {
  const numbers = new Map<number, number>();
  const pairs: number[] = [];
  return {
    numberOf(left: number, right: number): number {
      const pair = left * rightSize + right;
      const known = numbers.get(pair);
      if (known !== undefined) return known;
      numbers.set(pair, pairs.length);
      return pairs.push(pair) - 1;
    },
    size: () => pairs.length,
    split: (number: number): [left: number, right: number] => {
      const pair = pairs[number]!;
      return [Math.floor(pair / rightSize), pair % rightSize];
    },
  };
}

type Values = (part: Part, list: RowList) => Uint32Array;

function valuesOf(key: GroupKey): Values {
  if (key.by === 'time') return createBucketFinder(key.buckets);
  const { column, same } = key;
  return ({ columns }, list) => {
    const codes = columns.get(column);
    const values = new Uint32Array(list.length);
    if (codes === undefined) return same ? values.fill(same[0]!) : values;
    for (let at = 0; at < list.length; at += 1) values[at] = codes[list[at]!]!;
    if (same) for (let at = 0; at < values.length; at += 1) values[at] = same[values[at]!]!;
    return values;
  };
}

/** Joins a key to what rows are grouped by already. */
function joinKey(before: RowGrouper, key: GroupKey): RowGrouper {
  const values = valuesOf(key);
  if (before.size() * key.size <= mostDense) {
    const size = before.size() * key.size;
    return {
      groupsOf(part, list) {
        const groups = before.groupsOf(part, list);
        const found = values(part, list);
        for (let at = 0; at < groups.length; at += 1) groups[at] = groups[at]! * key.size + found[at]!;
        return groups;
      },
      size: () => size,
      keysOf: (group) => [...before.keysOf(Math.floor(group / key.size)), group % key.size],
    };
  }
  const pairs = createPairs(key.size);
  return {
    groupsOf(part, list) {
      const groups = before.groupsOf(part, list);
      const found = values(part, list);
      for (let at = 0; at < groups.length; at += 1) groups[at] = pairs.numberOf(groups[at]!, found[at]!);
      return groups;
    },
    size: pairs.size,
    keysOf(group) {
      const [left, right] = pairs.split(group);
      return [...before.keysOf(left), right];
    },
  };
}

const oneGroup: RowGrouper = {
  groupsOf: (_part, list) => new Uint32Array(list.length),
  size: () => 1,
  keysOf: () => [],
};

export const createGrouper = (keys: GroupKey[]): RowGrouper => keys.reduce(joinKey, oneGroup);
