/** What can be drawn besides a number from 0 to 1. */
import type { Random } from './create-random.js';

export type Draw<Value> = (random: Random) => Value;
export type Weighted<Value> = readonly [value: Value, weight: number];

/** Draws each value as often as its weight says; weights need not add up to anything. */
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

/** Reads a table that is written as `60 Chrome; 22 Edge`. */
export const weightsOf = (text: string): Weighted<string>[] =>
  text.split(';').map((row) => {
    const [weight = '', ...words] = row.trim().split(' ');
    return [words.join(' '), Number(weight)];
  });

/** The same, ready to draw from. */
export const weightedTexts = (text: string): Draw<string> => weighted(weightsOf(text));

export const pick = <Value>(random: Random, values: readonly Value[]): Value =>
  values[Math.floor(random() * values.length)]!;

/** From `low` to `high`, both included. */
export const wholeNumber = (random: Random, low: number, high: number): number =>
  low + Math.floor(random() * (high - low + 1));

/** As long as `median` or shorter in half of all cases, and now and then far longer (a log-normal distribution). */
export function duration(random: Random, median: number, spread = 0.9): number {
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return median * Math.exp(spread * normal);
}

export function hexDigits(random: Random, count: number): string {
  const parts = Array.from({ length: Math.ceil(count / 8) }, () => random.bits().toString(16).padStart(8, '0'));
  return parts.join('').slice(0, count);
}

/** How a shop would call one of its orders, or the like. */
export const drawReference = (random: Random, what: string): string => `${what}-${hexDigits(random, 10)}`;

/** Version 8 of RFC 9562: made of whatever its maker likes, here of the seed. */
export function drawUuid(random: Random): string {
  const hex = hexDigits(random, 32);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
}
