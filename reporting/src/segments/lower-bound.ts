/**
 * Binary search: the first place from `from` to before `to` for which `isBefore` is false, or `to`. It must be true for all
 * places before that one and false after it.
 */
export function lowerBound(from: number, to: number, isBefore: (place: number) => boolean): number {
  let [low, high] = [from, to];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isBefore(middle)) low = middle + 1;
    else high = middle;
  }
  return low;
}
