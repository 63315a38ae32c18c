/** Searches what is in order. */

/** The first place from `from` to before `to` that `isBefore` is false of, or `to`; it is true of all places before that. */
export function lowerBound(from: number, to: number, isBefore: (place: number) => boolean): number {
  let [low, high] = [from, to];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isBefore(middle)) low = middle + 1;
    else high = middle;
  }
  return low;
}
