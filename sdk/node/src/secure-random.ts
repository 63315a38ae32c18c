/** Uniform numbers in [0, 1) that no two processes share. */

const poolSize = 64;

/** Node 18 has no `crypto` as a global; what stands in for it there is seeded at random as well. */
export function createSecureRandom(): () => number {
  const pool = new Uint32Array(poolSize);
  let next = poolSize;
  return () => {
    if (typeof globalThis.crypto?.getRandomValues !== 'function') return Math.random();
    if (next === poolSize) {
      globalThis.crypto.getRandomValues(pool);
      next = 0;
    }
    next += 1;
    return pool[next - 1]! / 2 ** 32;
  };
}
