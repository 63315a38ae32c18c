/** Numbers of lists of codes. */
import { createRandom } from '@millrace/shared/testing/create-random';
import { expect, it } from 'vitest';
import { createTupleIds } from '../../src/segments/tuple-ids.js';

it('gives equal lists the same number, and different ones different numbers, also when its table grows', () => {
  const random = createRandom(7);
  const length = 3;
  const codes = Uint32Array.from({ length: length * 20_000 }, () => random.below(20));
  const numbers = createTupleIds(length);
  const known = new Map<string, number>();
  const places = Array.from({ length: 20_000 }, (_, at) => at * length);
  const expected = places.map((place) => {
    const name = codes.subarray(place, place + length).join(' ');
    known.set(name, known.get(name) ?? known.size);
    return known.get(name);
  });
  expect(places.map((place) => numbers.idOf(codes, place))).toEqual(expected);
  expect(numbers.size()).toBe(known.size);
  expect(known.size).toBeGreaterThan(4_000);
  expect([...numbers.codes()]).toEqual([...known.keys()].flatMap((name) => name.split(' ').map(Number)));
});
