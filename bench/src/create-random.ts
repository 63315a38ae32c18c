/** Turns a seed into numbers that look random, the same ones each time. */

export type Random = () => number;

/** Uniform numbers in [0, 1): Mulberry32, public domain, by Tommy Ettinger. */
export function createRandom(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Eight hexadecimal digits. */
const hex32 = (random: Random) => ((random() * 2 ** 32) >>> 0).toString(16).padStart(8, '0');

/** A UUID of version 4. */
export function makeUuid(random: Random): string {
  const hex = [hex32(random), hex32(random), hex32(random), hex32(random)].join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
}
