import { placesOf, toScaled } from '../query/exact-numbers.js';

/**
 * Compares plain decimals such as `-12.50` by all of their digits.
 * @returns below 0 when `a` is smaller, 0 when they are equal, above 0 otherwise
 */
export function compareDecimals(a: string, b: string): number {
  const places = Math.max(placesOf(a), placesOf(b));
  const difference = toScaled(a, places) - toScaled(b, places);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}
