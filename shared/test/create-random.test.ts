import { createRandom } from '@millrace/shared/testing/create-random';
import { expect, it } from 'vitest';

it('generates the same numbers for the same seed, and different ones for another', () => {
  const numbers = (seed: number) => Array.from({ length: 5 }, createRandom(seed));
  expect(numbers(7)).toEqual(numbers(7));
  expect(numbers(7)).not.toEqual(numbers(8));
});

it('eventually draws all whole numbers below a limit and all members of a list', () => {
  const random = createRandom(1);
  const drawn = Array.from({ length: 200 }, () => [random.below(3), random.pick(['a', 'b'])]);
  expect([...new Set(drawn.flat())].sort()).toEqual([0, 1, 2, 'a', 'b']);
});
