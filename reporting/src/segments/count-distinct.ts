import type { Numbers } from '@millrace/shared/segments/number-block';
import { blockIdsFor, type SeenIds, seenBlocks } from './seen-ids.js';

/** The rows of one part, ascending by id. */
export interface GroupedIds {
  groups: Numbers;
  ids: Numbers;
}

/** One bit for each id of a stretch. */
const idsPerStretch = 32;

interface OpenList extends GroupedIds {
  place: number;
}

/** Skips rows with id 0, which have no visitor. */
function openLists(lists: GroupedIds[]): OpenList[] {
  return lists.flatMap((list) => {
    const place = list.ids.findIndex((id) => id > 0);
    return place < 0 ? [] : [{ ...list, place }];
  });
}

function leastId(lists: OpenList[]): number {
  let least = 2 ** 32;
  for (const { ids, place } of lists) if (ids[place]! < least) least = ids[place]!;
  return least;
}

/**
 * The number of distinct ids in each group. With too many groups for a bitmap, all lists are walked side by side, 32 ids at a
 * time, so that each group needs only one number to remember the ids seen, however many ids there are.
 */
export function countDistinct(lists: GroupedIds[], size: number): Uint32Array {
  const counts = new Uint32Array(size);
  if (size === 1) {
    counts[0] = countIds(lists);
    return counts;
  }
  if (lists.length === 1) {
    countInOrder(lists[0]!, counts);
    return counts;
  }
  const blockIds = blockIdsFor(size);
  if (blockIds !== undefined) {
    countByBits(lists, blockIds, counts);
    return counts;
  }
  const [seen, seenAt] = [new Uint32Array(size), new Uint32Array(size)];
  const open = openLists(lists);
  for (let stretch = 1; open.length > 0; stretch += 1) {
    const least = leastId(open);
    const end = least - (least % idsPerStretch) + idsPerStretch;
    for (let at = open.length - 1; at >= 0; at -= 1) {
      const list = open[at]!;
      list.place = countStretch(list, end, stretch, counts, seen, seenAt);
      if (list.place === list.ids.length) open.splice(at, 1);
    }
  }
  return counts;
}

/**
 * Counts ids below `end` and returns where the others begin. `seen` has bits of this stretch for groups whose `seenAt` is this
 * stretch.
 */
function countStretch(
  { groups, ids, place }: OpenList,
  end: number,
  stretch: number,
  counts: Uint32Array,
  seen: Uint32Array,
  seenAt: Uint32Array,
): number {
  let at = place;
  for (; at < ids.length && ids[at]! < end; at += 1) {
    const group = groups[at]!;
    const bit = 1 << (ids[at]! % idsPerStretch);
    if (seenAt[group] !== stretch) {
      seenAt[group] = stretch;
      seen[group] = bit;
      counts[group]! += 1;
    } else if ((seen[group]! & bit) === 0) {
      seen[group]! |= bit;
      counts[group]! += 1;
    }
  }
  return at;
}

function countByBits(lists: GroupedIds[], blockIds: number, counts: Uint32Array): void {
  for (const { block, seen } of seenBlocks(lists, counts.length, blockIds)) {
    for (const [at, list] of lists.entries())
      countBlock(list, block.from[at]!, block.to[at]!, block.first, seen, counts);
  }
}

/** Counts the ids of one block, in rows `from` to before `to`. */
function countBlock(
  { groups, ids }: GroupedIds,
  from: number,
  to: number,
  first: number,
  { bits, words }: SeenIds,
  counts: Uint32Array,
): void {
  for (let place = from; place < to; place += 1) {
    const group = groups[place]!;
    const id = ids[place]! - first;
    const word = group * words + (id >>> 5);
    const before = bits[word]!;
    const bit = 1 << (id & 31);
    if ((before & bit) !== 0) continue;
    bits[word] = before | bit;
    counts[group]! += 1;
  }
}

/** Counts distinct ids without groups. */
export function countIds(lists: { ids: Numbers }[]): number {
  const last = lists.reduce((most, { ids }) => Math.max(most, ids.at(-1) ?? 0), 0);
  const seen = new Uint8Array(last + 1);
  let count = 0;
  for (const { ids } of lists) {
    for (let place = 0; place < ids.length; place += 1) {
      const id = ids[place]!;
      count += 1 - seen[id]!;
      seen[id] = 1;
    }
  }
  return count - seen[0]!;
}

/** With a single ascending list, each group only has to remember its last id. */
function countInOrder({ groups, ids }: GroupedIds, counts: Uint32Array): void {
  const last = new Uint32Array(counts.length);
  for (let place = 0; place < ids.length; place += 1) {
    const group = groups[place]!;
    const id = ids[place]!;
    if (id === 0 || last[group] === id) continue;
    last[group] = id;
    counts[group]! += 1;
  }
}
