/** Finds the different pairs of a group and an id, such as the visitors or the visits of each group. */
import type { Numbers } from '@millrace/shared/segments/number-block';

/** Rows of one part: the group and the id of each, ids ascending. */
export interface GroupedIds {
  groups: Numbers;
  ids: Numbers;
}

/** Ids that are looked at together: one bit each. */
const together = 32;

interface OpenList extends GroupedIds {
  place: number;
}

/** Rows of id 0 are of nobody, and are left out. */
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
 * Tells the bits of the ids `start` to `start + 31` that each group has, for one stretch of ids after the other. All lists are gone
 * through side by side, so that a group needs one number to remember whom of them it has seen, however many ids there are.
 */
export function eachStretch(
  lists: GroupedIds[],
  size: number,
  found: (group: number, start: number, bits: number) => void,
): void {
  const [seen, touched] = [new Uint32Array(size), new Uint32Array(size)];
  const open = openLists(lists);
  while (open.length > 0) {
    const least = leastId(open);
    const start = least - (least % together);
    let count = 0;
    for (let at = open.length - 1; at >= 0; at -= 1) {
      const list = open[at]!;
      const { groups, ids } = list;
      let { place } = list;
      for (; place < ids.length && ids[place]! < start + together; place += 1) {
        const group = groups[place]!;
        if (seen[group] === 0) touched[count++] = group;
        seen[group]! |= 1 << (ids[place]! % together);
      }
      list.place = place;
      if (place === ids.length) open.splice(at, 1);
    }
    for (let at = 0; at < count; at += 1) {
      found(touched[at]!, start, seen[touched[at]!]!);
      seen[touched[at]!] = 0;
    }
  }
}

/** Set bits of a number of 32 bits; H. S. Warren, Hacker's Delight, figure 5-2. */
function countBits(bits: number): number {
  let count = bits - ((bits >>> 1) & 0x55555555);
  count = (count & 0x33333333) + ((count >>> 2) & 0x33333333);
  return Math.imul((count + (count >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** How many different ids each group has. */
export function countDistinct(lists: GroupedIds[], size: number): Uint32Array {
  const counts = new Uint32Array(size);
  if (size === 1) counts[0] = countIds(lists);
  else if (lists.length === 1) eachInOrder(lists[0]!, size, (group) => (counts[group] = counts[group]! + 1));
  else eachStretch(lists, size, (group, _start, bits) => (counts[group] = counts[group]! + countBits(bits)));
  return counts;
}

/** The same without groups. */
export function countIds(lists: { ids: Numbers }[]): number {
  let last = 0;
  for (const { ids } of lists) last = Math.max(last, ids.at(-1) ?? 0);
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

/** Of a single list: ids ascend, so that each group need only remember the id that it had last. */
function eachInOrder({ groups, ids }: GroupedIds, size: number, found: (group: number, id: number) => void): void {
  const last = new Uint32Array(size);
  for (let place = 0; place < ids.length; place += 1) {
    const [group, id] = [groups[place]!, ids[place]!];
    if (last[group] === id) continue;
    last[group] = id;
    found(group, id);
  }
}

/** Tells each different pair once. */
export function eachPair(lists: GroupedIds[], size: number, found: (group: number, id: number) => void): void {
  if (lists.length === 1) eachInOrder(lists[0]!, size, found);
  else {
    eachStretch(lists, size, (group, start, bits) => {
      for (let rest = bits; rest !== 0; rest &= rest - 1) found(group, start + 31 - Math.clz32(rest & -rest));
    });
  }
}
