/** Counts events, those of one type and visitors of groups in one go. */
import type { Numbers } from '@millrace/shared/segments/number-block';
import type { IdBlock } from './id-blocks.js';
import { type SeenIds, seenBlocks } from './seen-ids.js';

export interface EventsOfVisitors {
  groups: Numbers;
  /** Absent where no type is asked for, or none of its events is there. */
  types: Numbers | undefined;
  /** Visitors, ascending. */
  ids: Numbers;
}

export interface EventAndVisitorCounts {
  events: Uint32Array;
  ofType: Uint32Array;
  visitors: Uint32Array;
}

/** `blockIds` visitors are looked at together. */
export function countEventsAndVisitors(
  lists: EventsOfVisitors[],
  code: number,
  size: number,
  blockIds: number,
): EventAndVisitorCounts {
  const counted = { events: new Uint32Array(size), ofType: new Uint32Array(size), visitors: new Uint32Array(size) };
  for (const list of lists) countWithoutVisitor(list, code, counted);
  for (const { block, seen } of seenBlocks(lists, size, blockIds)) {
    for (const [at, list] of lists.entries()) countBlock(list, block, at, code, seen, counted);
  }
  return counted;
}

/** Events without a visitor come first. */
function countWithoutVisitor(
  { groups, types, ids }: EventsOfVisitors,
  code: number,
  counted: EventAndVisitorCounts,
): void {
  for (let at = 0; at < ids.length && ids[at] === 0; at += 1) {
    counted.events[groups[at]!]! += 1;
    if (types && types[at] === code) counted.ofType[groups[at]!]! += 1;
  }
}

/** Most events are of the same visitor and group as the one before: these are only counted. */
function countBlock(
  { groups, types: known, ids }: EventsOfVisitors,
  { first, from, to }: IdBlock,
  list: number,
  code: number,
  { bits, words }: SeenIds,
  counted: EventAndVisitorCounts,
): void {
  const end = to[list]!;
  const types = known ?? ids;
  const wanted = known ? code : -1;
  for (let at = from[list]!; at < end; ) {
    const group = groups[at]!;
    const visitor = ids[at]!;
    const start = at;
    let ofType = 0;
    for (; at < end && ids[at] === visitor && groups[at] === group; at += 1) ofType += Number(types[at] === wanted);
    counted.events[group]! += at - start;
    counted.ofType[group]! += ofType;
    const id = visitor - first;
    const word = group * words + (id >>> 5);
    const before = bits[word]!;
    const bit = 1 << (id & 31);
    if ((before & bit) !== 0) continue;
    bits[word] = before | bit;
    counted.visitors[group]! += 1;
  }
}
