/**
 * Compares two numbers in plain decimal digits, such as `-12.50`, with every digit they have.
 * @returns below 0 when `a` is the smaller one, 0 when they are equal, else above 0
 */
export function compareDecimals(a: string, b: string): number {
  const [x, y] = [split(a), split(b)];
  const places = Math.max(x.fraction.length, y.fraction.length);
  const difference = toInteger(x, places) - toInteger(y, places);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

function split(text: string): { whole: string; fraction: string } {
  const [whole = '', fraction = ''] = text.split('.');
  return { whole, fraction };
}

/** The number times ten to the power of `places`. */
const toInteger = ({ whole, fraction }: { whole: string; fraction: string }, places: number): bigint =>
  BigInt(whole + fraction.padEnd(places, '0'));
