/** Compares with a plain sort. */

import { inOrder, orderRows } from '@millrace/shared/segments/order-rows';
import { createRandom } from '@millrace/shared/testing/create-random';
import { describe, expect, it } from 'vitest';

describe('rows', () => {
  it.each([1, 2, 3, 4])('are sorted by every key, and equal ones keep their order (seed %d)', (seed) => {
    const random = createRandom(seed);
    for (let round = 0; round < 30; round += 1) {
      const rows = random.below(300);
      const keys = Array.from({ length: 1 + random.below(3) }, () => {
        const limit = random.pick([1, 2, 10, 65_535, 65_537, 2 ** 32]);
        return Uint32Array.from({ length: rows }, () => random.below(limit));
      });
      const expected = Array.from({ length: rows }, (_, row) => row).sort((a, b) => {
        const key = keys.find((of) => of[a] !== of[b]);
        return key ? key[a]! - key[b]! : a - b;
      });
      const order = orderRows(keys);
      expect([...order]).toEqual(expected);
      expect([...inOrder(keys[0]!, order)]).toEqual(expected.map((row) => keys[0]![row]));
    }
  });
});
