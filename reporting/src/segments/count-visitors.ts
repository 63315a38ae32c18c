/** Counts the different visitors of each group. */

/** Rows of one part: the group and the visitor of each, in the order of visitors. */
export interface GroupedVisitors {
  groups: Uint32Array;
  visitors: Uint32Array;
}

/** Visitors that are looked at together: one bit each. */
const together = 32;

/** Set bits of a number of 32 bits; H. S. Warren, Hacker's Delight, figure 5-2. */
function countBits(bits: number): number {
  let count = bits - ((bits >>> 1) & 0x55555555);
  count = (count & 0x33333333) + ((count >>> 2) & 0x33333333);
  return Math.imul((count + (count >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/**
 * Visitor 0 stands for everybody who is not known, and is none. All lists are gone through side by side, 32 visitors at a time, so
 * that a group needs one number to remember whom of them it has seen, however many visitors there are.
 */
export function countVisitors(lists: GroupedVisitors[], size: number): Uint32Array {
  const counts = new Uint32Array(size);
  const seen = new Uint32Array(size);
  const touched = new Uint32Array(size);
  const places = lists.map(({ visitors }) => visitors.findIndex((visitor) => visitor > 0));
  const open = lists.flatMap((list, at) => (places[at]! < 0 ? [] : [{ ...list, place: places[at]! }]));
  while (open.length > 0) {
    const start = open.reduce((least, { visitors, place }) => Math.min(least, visitors[place]!), 2 ** 32);
    const end = start - (start % together) + together;
    let touchedCount = 0;
    for (let at = open.length - 1; at >= 0; at -= 1) {
      const list = open[at]!;
      const { groups, visitors } = list;
      let { place } = list;
      for (; place < visitors.length && visitors[place]! < end; place += 1) {
        const group = groups[place]!;
        if (seen[group] === 0) touched[touchedCount++] = group;
        seen[group]! |= 1 << (visitors[place]! % together);
      }
      list.place = place;
      if (place === visitors.length) open.splice(at, 1);
    }
    for (let at = 0; at < touchedCount; at += 1) {
      const group = touched[at]!;
      counts[group]! += countBits(seen[group]!);
      seen[group] = 0;
    }
  }
  return counts;
}

/** The same without groups. */
export function countAllVisitors(lists: { visitors: Uint32Array }[]): number {
  let last = 0;
  for (const { visitors } of lists) last = Math.max(last, visitors.at(-1) ?? 0);
  const seen = new Uint8Array(last + 1);
  let count = 0;
  for (const { visitors } of lists) {
    for (let place = 0; place < visitors.length; place += 1) {
      const visitor = visitors[place]!;
      count += 1 - seen[visitor]!;
      seen[visitor] = 1;
    }
  }
  return count - seen[0]!;
}
