export type Random = () => number;

/** Uniform numbers in [0, 1), the same for the same seed: Mulberry32, public domain, by Tommy Ettinger. */
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

/** From 0 to count - 1; the n-th value is n times rarer than the first (Zipf's law, exponent 1). */
export const zipf = (random: Random, count: number) => Math.floor((count + 1) ** random()) - 1;

export const pick = <Value>(random: Random, values: readonly Value[]): Value =>
  values[Math.floor(random() * values.length)]!;

/** Picks early values often, late ones rarely. */
export const pickSkewed = <Value>(random: Random, values: readonly Value[]): Value =>
  values[zipf(random, values.length)]!;
