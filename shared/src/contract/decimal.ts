/** No number is written out longer than this, whatever its exponent says. */
export const mostDigits = 8_192;

/** Sign, significant digits and the power of ten of the last one. */
export interface Decimal {
  sign: string;
  digits: string;
  exponent: number;
}

const zero = 0x30;

/** In a time that grows with the length only: a number may be as long as the body that it stands in. */
export function readDecimal(text: string): Decimal {
  const sign = text.startsWith('-') ? '-' : '';
  const mark = Math.max(text.indexOf('e'), text.indexOf('E'));
  const written = mark === -1 ? text.slice(sign.length) : text.slice(sign.length, mark);
  const point = written.indexOf('.');
  const fraction = point === -1 ? '' : written.slice(point + 1);
  const all = point === -1 ? written : written.slice(0, point) + fraction;
  const power = mark === -1 ? 0 : Number(text.slice(mark + 1));
  let [start, end] = [0, all.length];
  while (start < end && all.charCodeAt(start) === zero) start += 1;
  while (end > start && all.charCodeAt(end - 1) === zero) end -= 1;
  return { sign, digits: all.slice(start, end), exponent: power - fraction.length + all.length - end };
}

/** In plain digits, without an exponent; undefined when that takes more than {@link mostDigits}. */
export function writeDecimal({ sign, digits, exponent }: Decimal): string | undefined {
  if (digits === '') return '0';
  if (digits.length + Math.abs(exponent) > mostDigits) return undefined;
  if (exponent >= 0) return sign + digits + '0'.repeat(exponent);
  const padded = digits.padStart(1 - exponent, '0');
  return `${sign}${padded.slice(0, exponent)}.${padded.slice(exponent)}`;
}
