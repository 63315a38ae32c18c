import { type IdBlock, idBlocks } from './id-blocks.js';
import type { Part } from './part.js';
import type { RowList } from './select-rows.js';

/** The selected rows of a part, ordered by visitor and time. */
export interface ListedRows {
  part: Part;
  rows: RowList;
}

export const blockVisitors = 16_384;

/** Yields blocks of visitors with rows; rows without a visitor are in no block. */
export function visitorBlocks(lists: readonly ListedRows[]): Generator<IdBlock> {
  const ids = lists.map(({ part, rows }) => {
    const visitors = part.columns.get('visitor');
    return { length: rows.length, idAt: (place: number) => visitors?.[rows[place]!] ?? 0 };
  });
  return idBlocks(ids, blockVisitors);
}
