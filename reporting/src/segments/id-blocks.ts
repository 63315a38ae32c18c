/** Iterates over ascending lists of ids block by block, so that the state of a block's ids stays in the CPU cache. */
import { lowerBound } from './lower-bound.js';

export interface IdList {
  length: number;
  idAt(place: number): number;
}

export interface IdBlock {
  /** The lowest id of the block. */
  first: number;
  /** For each list, the places `from` to before `to` have ids in the block. */
  from: number[];
  to: number[];
}

/** Yields blocks of at most `size` ids, skipping empty ones. Id 0 means no visitor and is in no block. */
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
