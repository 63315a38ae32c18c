/** Goes through lists of ascending ids block by block, so that what is known of each id of a block stays in the processor's cache. */
import { lowerBound } from './lower-bound.js';

/** Ids by their place. */
export interface IdList {
  length: number;
  idAt(place: number): number;
}

export interface IdBlock {
  /** Its first id. */
  first: number;
  /** For each of the lists the places from which on, and up to which its ids are of the block. */
  from: number[];
  to: number[];
}

/** Blocks of at most `size` ids, those that are there; ids of 0 are of nobody, and in none. */
export function* idBlocks(lists: readonly IdList[], size: number): Generator<IdBlock> {
  const placesOf = (from: number[] | undefined, id: number) =>
    lists.map((list, at) => lowerBound(from?.[at] ?? 0, list.length, (place) => list.idAt(place) < id));
  let from = placesOf(undefined, 1);
  for (;;) {
    let least = Number.POSITIVE_INFINITY;
    for (const [at, list] of lists.entries()) {
      if (from[at]! < list.length) least = Math.min(least, list.idAt(from[at]!));
    }
    if (least === Number.POSITIVE_INFINITY) return;
    const first = least - (least % size);
    const to = placesOf(from, first + size);
    yield { first, from, to };
    from = to;
  }
}
