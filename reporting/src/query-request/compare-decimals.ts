import { placesOf, toScaled } from '../query/exact-numbers.js';

/**
 * Compares two numbers in plain decimal digits, such as `-12.50`, with every digit they have.
 * @returns below 0 when `a` is the smaller one, 0 when they are equal, else above 0
 */
export function compareDecimals(a: string, b: string): number {
  const places = Math.max(placesOf(a), placesOf(b));
  const difference = toScaled(a, places) - toScaled(b, places);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}
