import { createRandom } from '@millrace/shared/testing/create-random';
import { expect, it } from 'vitest';
import type { GroupCounts } from '../../src/segments/count-groups.js';
import { mergeGroups } from '../../src/segments/merge-groups.js';

const random = createRandom(11);
const none = new Uint32Array();

/** Some groups, each with a number of events. */
function counted(keys: number[][], events: number[]): GroupCounts {
  const lists = { views: events.map((n) => 2 * n), visitors: events.map((n) => 3 * n) };
  return {
    keys: keys[0]!.map((_, at) => Uint32Array.from(keys, (key) => key[at]!)),
    events: Uint32Array.from(events),
    ...{ views: Uint32Array.from(lists.views), visitors: Uint32Array.from(lists.visitors) },
    ...{ viewers: none, viewsOfVisitors: none, typeCounts: [], numberStats: [], totalVisitors: 1 },
  };
}

/** Events by the text of the keys. */
function eventsOf({ keys, events, views, visitors }: GroupCounts): Record<string, number> {
  const found: Record<string, number> = {};
  for (const [group, count] of events.entries()) {
    const name = keys.map((list) => list[group]).join(' ');
    expect(found[name]).toBeUndefined();
    expect([views[group], visitors[group]]).toEqual([2 * count, 3 * count]);
    found[name] = count;
  }
  return found;
}

it.each([
  ['one key', 1, 40],
  ['one key with high codes', 1, 1_000_000],
  ['two keys', 2, 12],
])('adds groups by %s that several threads have', (_, keyCount, most) => {
  const expected: Record<string, number> = {};
  const shares = Array.from({ length: 3 }, () => {
    const keys = new Map<string, number[]>();
    for (let group = 0; group < 30; group += 1) {
      const key = Array.from({ length: keyCount }, () => random.below(most));
      keys.set(key.join(' '), key);
    }
    const events = [...keys.keys()].map(() => 1 + random.below(100));
    for (const [at, name] of [...keys.keys()].entries()) expected[name] = (expected[name] ?? 0) + events[at]!;
    return counted([...keys.values()], events);
  });
  const merged = mergeGroups(shares);
  expect(eventsOf(merged)).toEqual(expected);
  expect(merged.totalVisitors).toBe(3);
});

it('has no groups when no thread has any', () => {
  const empty = { ...counted([[1]], [1]), keys: [none], events: none, views: none, visitors: none };
  expect(mergeGroups([empty, empty])).toMatchObject({ keys: [none], events: none });
});
