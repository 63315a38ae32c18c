/** Goes through rows block by block of visitors. */
import { type IdBlock, idBlocks } from './id-blocks.js';
import type { Part } from './part.js';
import type { RowList } from './select-rows.js';

/** Rows of a part that count, in the order of visitor and time. */
export interface ListedRows {
  part: Part;
  rows: RowList;
}

export const blockVisitors = 16_384;

/** Blocks of the visitors who have rows; rows of nobody are in none. */
export function visitorBlocks(lists: readonly ListedRows[]): Generator<IdBlock> {
  const ids = lists.map(({ part, rows }) => {
    const visitors = part.columns.get('visitor');
    return { length: rows.length, idAt: (place: number) => visitors?.[rows[place]!] ?? 0 };
  });
  return idBlocks(ids, blockVisitors);
}
