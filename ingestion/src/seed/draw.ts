/** Random values from various distributions. */
import type { Random } from './create-random.js';

export type Draw<Value> = (random: Random) => Value;
export type Weighted<Value> = readonly [value: Value, weight: number];

/** Draws values in proportion to their weights. */
export function weighted<Value>(rows: readonly Weighted<Value>[]): Draw<Value> {
  const total = rows.reduce((sum, [, weight]) => sum + weight, 0);
  return (random) => {
    let rest = random() * total;
    for (const [value, weight] of rows) {
      rest -= weight;
      if (rest < 0) return value;
    }
    return rows.at(-1)![0];
  };
}

/** Parses a table such as `60 Chrome; 22 Edge`. */
export const weightsOf = (text: string): Weighted<string>[] =>
  text.split(';').map((row) => {
    const [weight = '', ...words] = row.trim().split(' ');
    return [words.join(' '), Number(weight)];
  });

export const weightedTexts = (text: string): Draw<string> => weighted(weightsOf(text));

export const pick = <Value>(random: Random, values: readonly Value[]): Value =>
  values[Math.floor(random() * values.length)]!;

/** From `low` to `high`, both included. */
export const wholeNumber = (random: Random, low: number, high: number): number =>
  low + Math.floor(random() * (high - low + 1));

/** A log-normal distribution: half of the values are below `median`, a few far above it. */
export function duration(random: Random, median: number, spread = 0.9): number {
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return median * Math.exp(spread * normal);
}

export function hexDigits(random: Random, count: number): string {
  const parts = Array.from({ length: Math.ceil(count / 8) }, () => random.bits().toString(16).padStart(8, '0'));
  return parts.join('').slice(0, count);
}

/** An id such as an order number. */
export const drawReference = (random: Random, what: string): string => `${what}-${hexDigits(random, 10)}`;

/** A UUIDv8 (RFC 9562) derived from the seed. */
export function drawUuid(random: Random): string {
  const hex = hexDigits(random, 32);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
}
