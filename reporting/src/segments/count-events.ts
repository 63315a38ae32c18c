import type { Numbers } from '@millrace/shared/segments/number-block';

/** The rows of one part. */
export interface TypedRows {
  groups: Numbers;
  /** Codes of event types; absent when all are zero, or when they are not needed. */
  types?: Numbers | undefined;
}

export interface EventCounts {
  events: Uint32Array;
  typeEvents: Uint32Array;
}

/** Counts the rows of each group, and those of one event type. */
export function countEvents(grouped: TypedRows[], size: number, code: number | undefined): EventCounts {
  if (size === 1) return countAll(grouped, code);
  // For each group, the count of other types and of this type are adjacent, so a row touches only one place in memory.
  const counts = new Uint32Array(2 * size);
  for (const { groups, types } of grouped) {
    if (types && code !== undefined) {
      for (let at = 0; at < groups.length; at += 1) counts[2 * groups[at]! + Number(types[at] === code)]! += 1;
    } else for (let at = 0; at < groups.length; at += 1) counts[2 * groups[at]!]! += 1;
  }
  const events = new Uint32Array(size);
  const typeEvents = new Uint32Array(size);
  for (let group = 0; group < size; group += 1) {
    typeEvents[group] = counts[2 * group + 1]!;
    events[group] = counts[2 * group]! + typeEvents[group]!;
  }
  return { events, typeEvents };
}

/** Counts rows that all belong to one group. */
function countAll(grouped: TypedRows[], code: number | undefined): EventCounts {
  let events = 0;
  let typeEvents = 0;
  for (const { groups, types } of grouped) {
    events += groups.length;
    if (types && code !== undefined) typeEvents += countCode(types, code);
  }
  return { events: Uint32Array.of(events), typeEvents: Uint32Array.of(typeEvents) };
}

function countCode(codes: Numbers, code: number): number {
  let count = 0;
  for (let at = 0; at < codes.length; at += 1) count += Number(codes[at] === code);
  return count;
}

/** Counts the rows of one event type in each group. */
export function countType(grouped: TypedRows[], size: number, code: number): Uint32Array {
  const counts = new Uint32Array(size);
  for (const { groups, types } of grouped) {
    if (types) for (let at = 0; at < groups.length; at += 1) counts[groups[at]!]! += Number(types[at] === code);
  }
  return counts;
}
