/** Bitmaps of the ids seen in each group, for one block of ids at a time. */
import type { Numbers } from '@millrace/shared/segments/number-block';
import { type IdBlock, idBlocks } from './id-blocks.js';

export interface SeenIds {
  /** For each group, `words` numbers of 32 bits. */
  bits: Uint32Array;
  words: number;
}

/** 256 KB: at most about half of a core's L2 cache. */
const maxBits = 8 * 256 * 1_024;
/** Smaller blocks cost more than they save. */
const minIds = 1_024;
const maxIds = 16_384;

/** Number of ids in a block; undefined when there are too many groups. */
export function blockIdsFor(groups: number): number | undefined {
  const ids = 2 ** Math.floor(Math.log2(maxBits / groups));
  return ids < minIds ? undefined : Math.min(maxIds, ids);
}

/** Yields the blocks of ids; `seen` is empty at the start of each. */
export function* seenBlocks(
  lists: { ids: Numbers }[],
  groups: number,
  blockIds: number,
): Generator<{ block: IdBlock; seen: SeenIds }> {
  const words = blockIds / 32;
  const bits = new Uint32Array(groups * words);
  const ascending = lists.map(({ ids }) => ({ length: ids.length, idAt: (place: number) => ids[place]! }));
  for (const block of idBlocks(ascending, blockIds)) {
    bits.fill(0);
    yield { block, seen: { bits, words } };
  }
}
