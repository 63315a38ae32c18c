/** A growing list of times: a funnel may have millions of them. */

export interface TimeList {
  add(time: number): void;
  sorted(): Float64Array;
}

const firstLength = 8;

export function createTimeList(): TimeList {
  let times = new Float64Array(firstLength);
  let count = 0;
  return {
    add(time) {
      if (count === times.length) {
        const longer = new Float64Array(2 * count);
        longer.set(times);
        times = longer;
      }
      times[count++] = time;
    },
    sorted: () => times.slice(0, count).sort(),
  };
}

export function mergeAscending(left: Float64Array, right: Float64Array): Float64Array {
  const merged = new Float64Array(left.length + right.length);
  let [l, r] = [0, 0];
  for (let at = 0; at < merged.length; at += 1) {
    const takesLeft = r === right.length || (l < left.length && left[l]! <= right[r]!);
    merged[at] = takesLeft ? left[l++]! : right[r++]!;
  }
  return merged;
}
