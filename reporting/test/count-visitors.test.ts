/** Distinct visitors per group over several parts, with more visitors than one block holds. */
import { createRandom } from '@millrace/shared/testing/create-random';
import { describe, expect, it } from 'vitest';
import { countDistinct } from '../src/segments/count-distinct.js';
import { countEventsAndVisitors } from '../src/segments/count-events-and-visitors.js';
import { blockIdsFor } from '../src/segments/seen-ids.js';

const view = 3;

/** Rows ordered by visitor, those without one first; a visitor often has several rows in a group. */
function makeLists(size: number) {
  const random = createRandom(size);
  return Array.from({ length: 7 }, () => {
    const ids = Uint32Array.from({ length: 6_000 }, () => (random.below(10) === 0 ? 0 : random.below(60_000))).sort();
    let group = 0;
    const groups = ids.map(() => {
      if (random.below(2) === 0) group = random.below(size);
      return group;
    });
    return { ids, groups, types: ids.map(() => random.below(5)) };
  });
}

function countPlainly(lists: ReturnType<typeof makeLists>, size: number) {
  const seen = Array.from({ length: size }, () => new Set<number>());
  const events = new Array<number>(size).fill(0);
  const views = new Array<number>(size).fill(0);
  for (const { ids, groups, types } of lists) {
    for (const [at, id] of ids.entries()) {
      const group = groups[at]!;
      if (id > 0) seen[group]!.add(id);
      events[group]! += 1;
      views[group]! += Number(types[at] === view);
    }
  }
  return { events, views, visitors: seen.map((ids) => ids.size) };
}

describe.each([1, 3, 150, 1_700, 9_000])('the visitors of %d groups', (size) => {
  const lists = makeLists(size);
  const expected = countPlainly(lists, size);

  it('are counted over several parts', () => {
    expect([...countDistinct(lists, size)]).toEqual(expected.visitors);
  });

  it('are counted in a single part', () => {
    const [list] = lists as [(typeof lists)[number]];
    expect([...countDistinct([list], size)]).toEqual(countPlainly([list], size).visitors);
  });
});

it.each([3, 150, 1_700])('counts visitors and events of %d groups in one pass', (size) => {
  const lists = makeLists(size);
  const expected = countPlainly(lists, size);
  const { events, typeEvents, visitors } = countEventsAndVisitors(lists, view, size, blockIdsFor(size)!);
  expect([[...events], [...typeEvents], [...visitors]]).toEqual([expected.events, expected.views, expected.visitors]);
});
