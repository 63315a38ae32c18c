/** Which ids were seen in which group, a bit for each, block by block of ids. */
import type { Numbers } from '@millrace/shared/segments/number-block';
import { type IdBlock, idBlocks } from './id-blocks.js';

export interface SeenIds {
  /** For each group so many numbers of 32 bits, one after the other. */
  bits: Uint32Array;
  words: number;
}

/** Half of what the cache of one core has, or more. */
const mostBits = 8 * 256 * 1_024;
/** Of fewer ids each block costs more than it saves. */
const leastIds = 1_024;
const mostIds = 16_384;

/** How many ids a block has; undefined where there are too many groups. */
export function blockIdsFor(groups: number): number | undefined {
  const ids = 2 ** Math.floor(Math.log2(mostBits / groups));
  return ids < leastIds ? undefined : Math.min(mostIds, ids);
}

/** Blocks of ids of so many groups; `seen` starts empty in each. */
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
