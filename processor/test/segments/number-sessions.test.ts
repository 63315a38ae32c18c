import { createRandom } from '@millrace/shared/testing/create-random';
import { describe, expect, it } from 'vitest';
import { numberSessions } from '../../src/segments/number-sessions.js';

describe('sessions', () => {
  it('are numbered in row order, and unused ids are removed', () => {
    const { session, ids } = numberSessions([0, 3, 3, 1, 0], BigUint64Array.of(11n, 22n, 33n));
    expect([...session]).toEqual([0, 1, 1, 2, 0]);
    expect([...ids]).toEqual([33n, 11n]);
  });

  it('with the same id share a number, even if merged segments contain it twice', () => {
    const { session, ids } = numberSessions([1, 2, 3], BigUint64Array.of(7n, 8n, 7n));
    expect([...session]).toEqual([1, 2, 1]);
    expect([...ids]).toEqual([7n, 8n]);
  });

  it('may be absent', () => {
    expect(numberSessions([], new BigUint64Array())).toEqual({ session: new Uint32Array(), ids: new BigUint64Array() });
    expect([...numberSessions([0, 0], BigUint64Array.of(5n)).ids]).toEqual([]);
  });

  it.each([1, 2, 3])('keep their ids, whatever they are (seed %d)', (seed) => {
    const random = createRandom(seed);
    for (let round = 0; round < 200; round += 1) {
      // Ids with the same beginning, zero, and the largest possible ones.
      const pool = [
        0n,
        2n ** 64n - 1n,
        2n ** 32n,
        ...Array.from({ length: 20 }, (_, at) => (BigInt(at % 5) << 32n) | BigInt(at >> 2)),
      ];
      const ids = BigUint64Array.from({ length: random.below(60) }, () => random.pick(pool));
      const rows = Array.from({ length: random.below(100) }, () => random.below(ids.length + 1));
      const numbered = numberSessions(rows, ids);
      const idsOf = (places: ArrayLike<number>, of: BigUint64Array) =>
        Array.from(places, (place) => (place === 0 ? null : of[place - 1]));
      expect(idsOf(numbered.session, numbered.ids)).toEqual(idsOf(rows, ids));
      expect(new Set(numbered.ids).size).toBe(numbered.ids.length);
      expect(Math.max(0, ...numbered.session)).toBe(numbered.ids.length);
    }
  });
});
