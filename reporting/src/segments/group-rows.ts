/** Numbers the groups of rows: one for each combination of bucket and codes. */
import type { Numbers } from '@millrace/shared/segments/number-block';
import { type BucketPlan, createBucketFinder } from './bucket-rows.js';
import type { Part } from './part.js';
import { countRows, pick, type Rows } from './select-rows.js';
import { noCodes } from './shared-arrays.js';
import { taskUint32s } from './task-memory.js';
import { createTupleIds } from './tuple-ids.js';

/** The time axis, or a column whose codes are below `size`. */
export type GroupKey =
  | { by: 'time'; buckets: BucketPlan; size: number }
  /** `same`: for each code, the code that it counts as. */
  | { by: 'column'; column: string; size: number; same?: Uint32Array };

export interface RowGrouper {
  /** The group number of each row; can be a column of the part itself, so it must not be written to. */
  groupsOf(part: Part, rows: Rows): Numbers;
  /** Upper bound of the group numbers, once all rows are grouped. */
  size(): number;
  /** Number of possible combinations of buckets and codes. */
  maxGroups: number;
  /** The bucket or code of each key of a group. */
  keysOf(group: number): number[];
}

/** Up to this many combinations are numbered directly; beyond that, only those that occur get a number. */
const maxDense = 1 << 20;

/** Assigns ids to pairs of numbers as they occur. */
function createPairIds() {
  const numbers = createTupleIds(2);
  const pair = new Uint32Array(2);
  return {
    numberOf(left: number, right: number): number {
      pair[0] = left;
      pair[1] = right;
      return numbers.idOf(pair, 0);
    },
    size: numbers.size,
    split: (number: number) => numbers.tupleOf(number) as [left: number, right: number],
  };
}

type Values = (part: Part, rows: Rows) => Numbers;

/** The bucket or code of each row. */
export function valuesOf(key: GroupKey): Values {
  if (key.by === 'time') return createBucketFinder(key.buckets);
  const { column, same } = key;
  return (part, rows) => {
    const codes = pick(part.columns.get(column), rows) ?? noCodes(countRows(part, rows));
    if (!same) return codes;
    const values = taskUint32s(codes.length);
    for (let at = 0; at < values.length; at += 1) values[at] = same[codes[at]!]!;
    return values;
  };
}

/** Adds a key to a grouper. */
function joinKey(before: RowGrouper, key: GroupKey): RowGrouper {
  const values = valuesOf(key);
  const maxGroups = before.maxGroups * key.size;
  const pairs = maxGroups <= maxDense ? undefined : createPairIds();
  const size = pairs ? pairs.size : constant(maxGroups);
  return {
    groupsOf(part, rows) {
      const left = before.groupsOf(part, rows);
      const right = values(part, rows);
      const groups = taskUint32s(left.length);
      if (pairs) for (let at = 0; at < groups.length; at += 1) groups[at] = pairs.numberOf(left[at]!, right[at]!);
      else for (let at = 0; at < groups.length; at += 1) groups[at] = left[at]! * key.size + right[at]!;
      return groups;
    },
    ...{ size, maxGroups },
    keysOf(group) {
      const [left, right] = pairs ? pairs.split(group) : [Math.floor(group / key.size), group % key.size];
      return [...before.keysOf(left), right];
    },
  };
}

const constant = (size: number) => () => size;

const oneGroup: RowGrouper = {
  groupsOf: (part, rows) => noCodes(countRows(part, rows)),
  ...{ size: constant(1), maxGroups: 1 },
  keysOf: () => [],
};

const byOneKey = (key: GroupKey): RowGrouper => ({
  groupsOf: valuesOf(key),
  ...{ size: constant(key.size), maxGroups: key.size },
  keysOf: (group) => [group],
});

export function createGrouper(keys: GroupKey[]): RowGrouper {
  const [first, ...others] = keys;
  if (first && first.size <= maxDense) return others.reduce(joinKey, byOneKey(first));
  return keys.reduce(joinKey, oneGroup);
}
