/** Merges the numbers counted by several threads, each of which counted different visitors. */
import { type CountedNumbers, emptySums, type Frequencies } from './count-numbers.js';

/** The counts of one thread; `places` has the merged number of each of its groups. */
interface Share {
  counted: CountedNumbers;
  places: Uint32Array;
}

/** For each merged group, its number in a share; -1 if the share does not have it. */
function groupsAt(places: Uint32Array, size: number): Int32Array {
  const groups = new Int32Array(size).fill(-1);
  for (let group = 0; group < places.length; group += 1) groups[places[group]!] = group;
  return groups;
}

/** Appends the entries `start` to before `stop` of `from` at `end`; returns the new end. */
function copy(from: Frequencies, start: number, stop: number, to: Frequencies, end: number): number {
  to.ranks.set(from.ranks.subarray(start, stop), end);
  to.counts.set(from.counts.subarray(start, stop), end);
  return end + stop - start;
}

/** Merges a group's ranks of both lists in order. A rank in both appears twice, which gives the same result. */
function joinGroup(
  whole: Frequencies,
  at: number,
  share: Frequencies,
  group: number,
  to: Frequencies,
  start: number,
): number {
  let [left, right, end] = [whole.starts[at]!, share.starts[group]!, start];
  const [leftEnd, rightEnd] = [whole.starts[at + 1]!, share.starts[group + 1]!];
  while (left < leftEnd && right < rightEnd) {
    const isLeft = whole.ranks[left]! <= share.ranks[right]!;
    const [from, place] = isLeft ? [whole, left++] : [share, right++];
    to.ranks[end] = from.ranks[place]!;
    to.counts[end++] = from.counts[place]!;
  }
  return copy(share, right, rightEnd, to, copy(whole, left, leftEnd, to, end));
}

function addSpread(whole: Frequencies, share: Frequencies, places: Uint32Array): Frequencies {
  const size = whole.starts.length - 1;
  const groups = groupsAt(places, size);
  const length = whole.ranks.length + share.ranks.length;
  const joined = {
    starts: new Uint32Array(size + 1),
    ranks: new Uint32Array(length),
    counts: new Uint32Array(length),
  };
  for (let at = 0; at < size; at += 1) {
    const start = joined.starts[at]!;
    const group = groups[at]!;
    joined.starts[at + 1] =
      group < 0
        ? copy(whole, whole.starts[at]!, whole.starts[at + 1]!, joined, start)
        : joinGroup(whole, at, share, group, joined, start);
  }
  return joined;
}

function add(to: CountedNumbers, { counted, places }: Share): void {
  const { counts, least, most, sums, frequencies } = counted;
  for (let group = 0; group < places.length; group += 1) {
    if (counts[group] === 0) continue;
    const at = places[group]!;
    if (to.counts[at] === 0 || least[group]! < to.least[at]!) to.least[at] = least[group]!;
    if (most[group]! > to.most[at]!) to.most[at] = most[group]!;
    to.counts[at]! += counts[group]!;
    if (to.sums) to.sums[at] = to.sums[at]! + sums![group]!;
  }
  if (frequencies) to.frequencies = addSpread(to.frequencies!, frequencies, places);
}

function mergeColumn(shares: Share[], size: number): CountedNumbers {
  const { sums } = shares[0]!.counted;
  const empty = () => new Uint32Array(size);
  const whole: CountedNumbers = {
    ...{ counts: empty(), least: empty(), most: empty() },
    ...(sums && { sums: emptySums(sums, size) }),
    frequencies: { starts: new Uint32Array(size + 1), ranks: empty().subarray(0, 0), counts: empty().subarray(0, 0) },
    isIncomplete: shares.some(({ counted }) => counted.isIncomplete),
  };
  if (!whole.isIncomplete) for (const share of shares) add(whole, share);
  return whole;
}

/** Merges each column; `places` has, for each list, the merged number of each of its groups, below `size`. */
export const mergeNumbers = (lists: CountedNumbers[][], places: Uint32Array[], size: number): CountedNumbers[] =>
  lists[0]!.map((_, column) =>
    mergeColumn(
      lists.map((list, thread) => ({ counted: list[column]!, places: places[thread]! })),
      size,
    ),
  );
