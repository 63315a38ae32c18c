/** Groups that several threads have counted, each of its own visitors, as one list. */
import type { CountedGroups } from './count-groups.js';
import { type CountedVisits, emptyVisits } from './count-visits.js';
import { mergeNumbers } from './merge-numbers.js';

const counts = ['events', 'views', 'visitors', 'viewers', 'viewsOfVisitors'] as const;

function add(to: CountedGroups, from: CountedGroups, places: Uint32Array): void {
  for (let at = 0; at < places.length; at += 1) {
    for (const name of counts) if (from[name].length > 0) to[name][places[at]!]! += from[name][at]!;
    for (const [type, list] of from.ofTypes.entries()) to.ofTypes[type]![places[at]!]! += list[at]!;
  }
}

/** Where each group of the lists stands in the whole. */
function numberGroups(lists: CountedGroups[]): { places: Uint32Array[]; keys: number[][] } {
  const numbers = new Map<string, number>();
  const keys: number[][] = [];
  const places = lists.map((list) =>
    list.events.map((_, at) => {
      const key = list.keys.map((values) => values[at]!);
      const name = key.join(' ');
      if (!numbers.has(name)) numbers.set(name, keys.push(key) - 1);
      return numbers.get(name)!;
    }),
  );
  return { places, keys };
}

export function mergeGroups(lists: CountedGroups[]): CountedGroups {
  if (lists.length === 1) return lists[0]!;
  const { places, keys } = numberGroups(lists);
  const [first] = lists as [CountedGroups];
  const empty = () => new Uint32Array(keys.length);
  const merged: CountedGroups = {
    keys: first.keys.map((_, key) => Uint32Array.from(keys, (values) => values[key]!)),
    ...{ events: empty(), views: empty(), visitors: empty(), viewers: empty(), viewsOfVisitors: empty() },
    ofTypes: first.ofTypes.map(empty),
    ofNumbers: mergeNumbers(
      lists.map(({ ofNumbers }) => ofNumbers),
      places,
      keys.length,
    ),
    all: lists.reduce((sum, { all }) => sum + all, 0),
  };
  for (const [at, list] of lists.entries()) add(merged, list, places[at]!);
  const ofVisits = lists.map((list) => list.ofVisits).filter((counted) => counted !== undefined);
  return ofVisits.length === 0 ? merged : { ...merged, ofVisits: mergeVisits(ofVisits, places, keys.length) };
}

function mergeVisits(lists: CountedVisits[], places: Uint32Array[], size: number): CountedVisits {
  const names = ['visits', 'bounces', 'views', 'duration'] as const;
  const merged = { ...emptyVisits(size) };
  const durations: Float64Array[][] = Array.from({ length: size }, () => []);
  for (const [thread, list] of lists.entries()) {
    for (const [at, place] of places[thread]!.entries()) {
      for (const name of names) merged[name][place]! += list[name][at]!;
      if (list.durations) durations[place]!.push(list.durations[at]!);
    }
  }
  if (!lists[0]!.durations) return merged;
  const joined = durations.map((parts) => Float64Array.from(parts.flatMap((part) => [...part])).sort());
  return { ...merged, durations: joined };
}
