/** Counts events, events of one type and visitors of each group in a single pass. */
import type { Numbers } from '@millrace/shared/segments/number-block';
import type { IdBlock } from './id-blocks.js';
import { type SeenIds, seenBlocks } from './seen-ids.js';

export interface VisitorRows {
  groups: Numbers;
  /** Codes of event types; absent when no type is counted, or when all are zero. */
  types: Numbers | undefined;
  /** Visitors, ascending. */
  ids: Numbers;
}

export interface EventAndVisitorCounts {
  events: Uint32Array;
  typeEvents: Uint32Array;
  visitors: Uint32Array;
}

/** Processes blocks of `blockIds` visitors. */
export function countEventsAndVisitors(
  lists: VisitorRows[],
  code: number,
  size: number,
  blockIds: number,
): EventAndVisitorCounts {
  const counted = { events: new Uint32Array(size), typeEvents: new Uint32Array(size), visitors: new Uint32Array(size) };
  for (const list of lists) countWithoutVisitor(list, code, counted);
  for (const { block, seen } of seenBlocks(lists, size, blockIds)) {
    for (const [at, list] of lists.entries()) countBlock(list, block, at, code, seen, counted);
  }
  return counted;
}

/** Events without a visitor come first. */
function countWithoutVisitor({ groups, types, ids }: VisitorRows, code: number, counted: EventAndVisitorCounts): void {
  for (let at = 0; at < ids.length && ids[at] === 0; at += 1) {
    counted.events[groups[at]!]! += 1;
    if (types && types[at] === code) counted.typeEvents[groups[at]!]! += 1;
  }
}

/** Most events have the same visitor and group as the one before; such runs are counted at once. */
function countBlock(
  { groups, types: typesOrNone, ids }: VisitorRows,
  { first, from, to }: IdBlock,
  list: number,
  code: number,
  { bits, words }: SeenIds,
  counted: EventAndVisitorCounts,
): void {
  const end = to[list]!;
  const types = typesOrNone ?? ids;
  const typeCode = typesOrNone ? code : -1;
  for (let at = from[list]!; at < end; ) {
    const group = groups[at]!;
    const visitor = ids[at]!;
    const start = at;
    let typeEvents = 0;
    for (; at < end && ids[at] === visitor && groups[at] === group; at += 1)
      typeEvents += Number(types[at] === typeCode);
    counted.events[group]! += at - start;
    counted.typeEvents[group]! += typeEvents;
    const id = visitor - first;
    const word = group * words + (id >>> 5);
    const before = bits[word]!;
    const bit = 1 << (id & 31);
    if ((before & bit) !== 0) continue;
    bits[word] = before | bit;
    counted.visitors[group]! += 1;
  }
}
