/** Exact arithmetic of decimals, each an integer that stands for itself divided by a power of ten. */

/** Decimals of an average. */
export const averagePlaces = 6;

/** The integer that a number in plain digits, such as `-12.50`, is with so many places behind the point; it has no more of them. */
export function toScaled(text: string, places: number): bigint {
  const [whole = '', fraction = ''] = text.split('.');
  return BigInt(whole + fraction.padEnd(places, '0'));
}

/** Plain digits, without zeros at the end of the fraction. */
export function fromScaled(scaled: bigint, places: number): string {
  const sign = scaled < 0n ? '-' : '';
  const digits = String(scaled < 0n ? -scaled : scaled).padStart(places + 1, '0');
  const point = digits.length - places;
  const fraction = digits.slice(point).replace(/0+$/, '');
  return `${sign}${digits.slice(0, point)}${fraction === '' ? '' : `.${fraction}`}`;
}

/** The whole number next to the quotient, halves away from zero; `divisor` is above 0. */
export function divideRounded(dividend: bigint, divisor: bigint): bigint {
  const size = dividend < 0n ? -dividend : dividend;
  const quotient = (2n * size + divisor) / (2n * divisor);
  return dividend < 0n ? -quotient : quotient;
}

/** With {@link averagePlaces}; `sum` has `places`. */
export const averageOf = (sum: bigint, places: number, count: number): bigint =>
  divideRounded(sum * 10n ** BigInt(averagePlaces), BigInt(count) * 10n ** BigInt(places));

/** How many digits stand behind the point. */
export const placesOf = (text: string): number => text.length - (text.indexOf('.') + 1 || text.length);

/**
 * Change in percent from one number in plain digits to another, a whole number, halves away from zero. More is above 0, also of
 * numbers below it: of -10, 5 more are 50 %. Null from 0 to something else, and beyond what a number of JSON holds exactly.
 */
export function changeInPercent(earlier: string, later: string): number | null {
  const places = Math.max(placesOf(earlier), placesOf(later));
  const [before, now] = [toScaled(earlier, places), toScaled(later, places)];
  if (before === 0n) return now === 0n ? 0 : null;
  const percent = Number(divideRounded(100n * (now - before), before < 0n ? -before : before));
  return Number.isSafeInteger(percent) ? percent : null;
}
