/** Goes through rows block by block of visitors, so that what is known of each visitor of a block stays in the processor's cache. */
import type { Numbers } from '@millrace/shared/segments/number-block';
import type { Part } from './part.js';
import type { RowList } from './select-rows.js';

/** Rows of a part that count, in the order of visitor and time. */
export interface ListedRows {
  part: Part;
  rows: RowList;
}

export const blockVisitors = 16_384;

/** The first place from `from` on whose row is of a visitor that is at least `visitor`. */
function placeOf(visitors: Numbers, rows: RowList, from: number, visitor: number): number {
  let [low, high] = [from, rows.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (visitors[rows[middle]!]! < visitor) low = middle + 1;
    else high = middle;
  }
  return low;
}

export interface Block {
  /** Its first visitor; there are at most {@link blockVisitors}. */
  visitor: number;
  /** For each of the lists the places from which on, and up to which its rows are of the block. */
  from: number[];
  to: number[];
}

/** Blocks of the visitors who have rows; rows of nobody are in none. */
export function* visitorBlocks(lists: readonly ListedRows[]): Generator<Block> {
  const visitors = lists.map(({ part }) => part.columns.get('visitor'));
  const placesOf = (from: number[] | undefined, visitor: number) =>
    lists.map(({ rows }, at) => {
      const known = visitors[at];
      return known ? placeOf(known, rows, from?.[at] ?? 0, visitor) : rows.length;
    });
  let from = placesOf(undefined, 1);
  for (;;) {
    let least = Number.POSITIVE_INFINITY;
    for (const [at, { rows }] of lists.entries()) {
      if (from[at]! < rows.length) least = Math.min(least, visitors[at]![rows[from[at]!]!]!);
    }
    if (least === Number.POSITIVE_INFINITY) return;
    const visitor = least - (least % blockVisitors);
    const to = placesOf(from, visitor + blockVisitors);
    yield { visitor, from, to };
    from = to;
  }
}
