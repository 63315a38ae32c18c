/** Merges the groups counted by several threads, each of which counted different visitors. */
import { mergeAscending } from '../funnel/time-list.js';
import type { GroupCounts } from './count-groups.js';
import { type CountedVisits, emptyVisits } from './count-visits.js';
import { mergeNumbers } from './merge-numbers.js';
import { createTupleIds } from './tuple-ids.js';

const counts = ['events', 'views', 'visitors', 'viewers', 'viewsOfVisitors'] as const;

function addList(to: Uint32Array, from: Uint32Array, places: Uint32Array): void {
  for (let at = 0; at < from.length; at += 1) to[places[at]!]! += from[at]!;
}

function add(to: GroupCounts, from: GroupCounts, places: Uint32Array): void {
  for (const name of counts) addList(to[name], from[name], places);
  for (const [type, list] of from.typeCounts.entries()) addList(to.typeCounts[type]!, list, places);
}

interface NumberedGroups {
  /** For each list, the merged number of each of its groups. */
  places: Uint32Array[];
  keys: Uint32Array[];
  size: number;
}

/** Numbers the groups of a single key with a table indexed by code. */
function numberCodes(lists: Uint32Array[]): NumberedGroups {
  const most = lists.reduce((all, codes) => codes.reduce((max, code) => Math.max(max, code), all), 0);
  const numbers = new Uint32Array(most + 1);
  const key = new Uint32Array(lists.reduce((sum, { length }) => sum + length, 0));
  let size = 0;
  const places = lists.map((codes) => {
    const ofList = new Uint32Array(codes.length);
    for (let at = 0; at < codes.length; at += 1) {
      const code = codes[at]!;
      if (numbers[code] === 0) {
        key[size++] = code;
        numbers[code] = size;
      }
      ofList[at] = numbers[code]! - 1;
    }
    return ofList;
  });
  return { places, keys: [key.slice(0, size)], size };
}

function numberGroups(lists: GroupCounts[]): NumberedGroups {
  const count = lists[0]!.keys.length;
  if (count === 1) return numberCodes(lists.map(({ keys: [codes] }) => codes!));
  const numbers = createTupleIds(count);
  const key = new Uint32Array(count);
  const places = lists.map((list) =>
    list.events.map((_, group) => {
      for (let at = 0; at < count; at += 1) key[at] = list.keys[at]![group]!;
      return numbers.idOf(key, 0);
    }),
  );
  const codes = numbers.codes();
  const size = numbers.size();
  const keys = lists[0]!.keys.map((_, at) =>
    Uint32Array.from({ length: size }, (_, group) => codes[group * count + at]!),
  );
  return { places, keys, size };
}

export function mergeGroups(lists: GroupCounts[]): GroupCounts {
  if (lists.length === 1) return lists[0]!;
  const { places, keys, size } = numberGroups(lists);
  const [first] = lists as [GroupCounts];
  const empty = () => new Uint32Array(size);
  const merged: GroupCounts = {
    keys,
    ...{ events: empty(), views: empty(), visitors: empty(), viewers: empty(), viewsOfVisitors: empty() },
    typeCounts: first.typeCounts.map(empty),
    numberStats: mergeNumbers(
      lists.map(({ numberStats }) => numberStats),
      places,
      size,
    ),
    totalVisitors: lists.reduce((sum, { totalVisitors }) => sum + totalVisitors, 0),
  };
  for (const [at, list] of lists.entries()) add(merged, list, places[at]!);
  const ofVisits = lists.map((list) => list.visitStats).filter((counted) => counted !== undefined);
  return ofVisits.length === 0 ? merged : { ...merged, visitStats: mergeVisits(ofVisits, places, size) };
}

function mergeVisits(lists: CountedVisits[], places: Uint32Array[], size: number): CountedVisits {
  const names = ['visits', 'bounces', 'views', 'duration'] as const;
  const merged = { ...emptyVisits(size) };
  for (const [thread, list] of lists.entries()) {
    for (const [at, place] of places[thread]!.entries()) {
      for (const name of names) merged[name][place]! += list[name][at]!;
    }
  }
  return lists[0]!.durations ? { ...merged, durations: mergeDurations(lists, places, size) } : merged;
}

function mergeDurations(lists: CountedVisits[], places: Uint32Array[], size: number): Float64Array[] {
  const merged: Float64Array[] = Array.from({ length: size }, () => new Float64Array());
  for (const [thread, { durations }] of lists.entries()) {
    for (const [at, place] of places[thread]!.entries()) {
      merged[place] = mergeAscending(merged[place]!, durations![at]!);
    }
  }
  return merged;
}
