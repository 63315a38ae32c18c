/** Numbers that need more digits without an exponent are refused. */
export const maxDigits = 8_192;

/** Sign, significant digits, and the power of ten of the last digit. */
export interface Decimal {
  sign: string;
  digits: string;
  exponent: number;
}

const zero = 0x30;

/** Linear in the length: a number may be as long as the request body. */
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

/** Plain digits without an exponent; undefined if there are more than {@link maxDigits}. */
export function writeDecimal({ sign, digits, exponent }: Decimal): string | undefined {
  if (digits === '') return '0';
  if (digits.length + Math.abs(exponent) > maxDigits) return undefined;
  if (exponent >= 0) return sign + digits + '0'.repeat(exponent);
  const padded = digits.padStart(1 - exponent, '0');
  return `${sign}${padded.slice(0, exponent)}.${padded.slice(exponent)}`;
}
