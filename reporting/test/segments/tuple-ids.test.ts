import { createRandom } from '@millrace/shared/testing/create-random';
import { expect, it } from 'vitest';
import { createTupleIds } from '../../src/segments/tuple-ids.js';

it('gives equal tuples the same id, and different ones different ids, even when the table grows', () => {
  const random = createRandom(7);
  const length = 3;
  const codes = Uint32Array.from({ length: length * 20_000 }, () => random.below(20));
  const ids = createTupleIds(length);
  const expectedIds = new Map<string, number>();
  const places = Array.from({ length: 20_000 }, (_, at) => at * length);
  const expected = places.map((place) => {
    const name = codes.subarray(place, place + length).join(' ');
    expectedIds.set(name, expectedIds.get(name) ?? expectedIds.size);
    return expectedIds.get(name);
  });
  expect(places.map((place) => ids.idOf(codes, place))).toEqual(expected);
  expect(ids.size()).toBe(expectedIds.size);
  expect(expectedIds.size).toBeGreaterThan(4_000);
  expect([...ids.codes()]).toEqual([...expectedIds.keys()].flatMap((name) => name.split(' ').map(Number)));
});
