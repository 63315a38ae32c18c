/** Exact decimal arithmetic: each number is a bigint scaled by a power of ten. */

/** Decimal places of an average. */
export const averagePlaces = 6;

/** Scales a number in plain digits, such as `-12.50`, which has at most `places` decimals. */
export function toScaled(text: string, places: number): bigint {
  const [whole = '', fraction = ''] = text.split('.');
  return BigInt(whole + fraction.padEnd(places, '0'));
}

/** Plain digits without trailing zeros in the fraction. */
export function fromScaled(scaled: bigint, places: number): string {
  const sign = scaled < 0n ? '-' : '';
  const digits = String(scaled < 0n ? -scaled : scaled).padStart(places + 1, '0');
  const point = digits.length - places;
  const fraction = digits.slice(point).replace(/0+$/, '');
  return `${sign}${digits.slice(0, point)}${fraction === '' ? '' : `.${fraction}`}`;
}

/** The quotient rounded to an integer, half away from zero; `divisor` must be positive. */
export function divideRounded(dividend: bigint, divisor: bigint): bigint {
  const size = dividend < 0n ? -dividend : dividend;
  const quotient = (2n * size + divisor) / (2n * divisor);
  return dividend < 0n ? -quotient : quotient;
}

/** Scaled to {@link averagePlaces}; `sum` is scaled to `places`. */
export const averageOf = (sum: bigint, places: number, count: number): bigint =>
  divideRounded(sum * 10n ** BigInt(averagePlaces), BigInt(count) * 10n ** BigInt(places));

/** Number of digits after the decimal point. */
export const placesOf = (text: string): number => text.length - (text.indexOf('.') + 1 || text.length);

/**
 * Change in percent from one number in plain digits to another, rounded half away from zero to an integer. An increase is
 * positive for negative numbers too: from -10 to -5 is 50 %. Null from 0 to anything else, and when a JSON number cannot hold it
 * exactly.
 */
export function changeInPercent(earlier: string, later: string): number | null {
  const places = Math.max(placesOf(earlier), placesOf(later));
  const [before, now] = [toScaled(earlier, places), toScaled(later, places)];
  if (before === 0n) return now === 0n ? 0 : null;
  const percent = Number(divideRounded(100n * (now - before), before < 0n ? -before : before));
  return Number.isSafeInteger(percent) ? percent : null;
}
