/** A UUID version 7 (RFC 9562). It starts with the time, so new ids are neighbours in an index. */

const hex = (number: number, digits: number) => Math.floor(number).toString(16).padStart(digits, '0');

/** @param random uniform numbers in [0, 1) */
export function makeEventId(timeMs: number, random: () => number): string {
  const time = hex(Math.max(0, timeMs), 12);
  const version = hex(0x7000 + random() * 0x1000, 4);
  const variant = hex(0x8000 + random() * 0x4000, 4);
  const rest = hex(random() * 2 ** 24, 6) + hex(random() * 2 ** 24, 6);
  return `${time.slice(0, 8)}-${time.slice(8, 12)}-${version}-${variant}-${rest}`;
}

const poolSize = 64;

/**
 * Uniform numbers in [0, 1) that no two processes share. Node 18 has no global `crypto`; its `Math.random` is seeded randomly
 * too.
 */
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
