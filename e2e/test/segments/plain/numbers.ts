/** Metrics over the numbers of a property, by the definitions of docs/query.md. */
import type { PlainEvent } from './events.js';

/** Decimals are integers in units of 10^-20, which is exact for all numbers of random events. */
const places = 20;
const unit = 10n ** BigInt(places);

/** Undefined unless the text is a number in plain digits. */
export function toDecimal(text: string): bigint | undefined {
  const [, sign, whole, fraction = ''] = /^([+-]?)(\d+)(?:\.(\d+))?$/.exec(text) ?? [];
  if (whole === undefined) return undefined;
  const size = BigInt(whole + fraction.padEnd(places, '0'));
  return sign === '-' ? -size : size;
}

const sizeOf = (decimal: bigint) => (decimal < 0n ? -decimal : decimal);

function toText(decimal: bigint): string {
  const digits = String(sizeOf(decimal)).padStart(places + 1, '0');
  const text = `${digits.slice(0, -places)}.${digits.slice(-places)}`.replace(/\.?0+$/, '');
  return decimal < 0n ? `-${text}` : text;
}

/** Halves away from zero. */
function divide(dividend: bigint, divisor: bigint): bigint {
  const quotient = (2n * sizeOf(dividend) + divisor) / (2n * divisor);
  return dividend < 0n ? -quotient : quotient;
}

/** `ascending` must not be empty. */
function measureNumbers(name: string, ascending: bigint[]): bigint {
  const sum = ascending.reduce((total, number) => total + number, 0n);
  const count = ascending.length;
  if (name === 'sum') return sum;
  if (name === 'average') return divide(sum * 1_000_000n, BigInt(count) * unit) * (unit / 1_000_000n);
  if (name === 'minimum') return ascending[0]!;
  if (name === 'maximum') return ascending.at(-1)!;
  const percent = Number(name.slice('p'.length));
  return ascending.find((_, at) => 100 * (at + 1) >= percent * count)!;
}

const parts = /^(sum|average|minimum|maximum|p\d\d?):property:(.*)$/;

export const isNumeric = (metric: string): boolean => parts.test(metric);

/** Null when no event has a number. */
export function measureProperty(events: PlainEvent[], metric: string): string | null {
  const [, name, property] = parts.exec(metric)!;
  const numbers = events.flatMap(({ properties }) => toDecimal(properties[property!] ?? '') ?? []);
  if (numbers.length === 0) return null;
  return toText(
    measureNumbers(
      name!,
      numbers.sort((a, b) => (a < b ? -1 : Number(a > b))),
    ),
  );
}

/** An integer in percent, halves away from zero; null for a change from 0, and for more digits than a double has. */
export function decimalChange(before: string, after: string): number | null {
  const [from, to] = [toDecimal(before)!, toDecimal(after)!];
  if (from === 0n) return to === 0n ? 0 : null;
  const percent = Number(divide(100n * (to - from), sizeOf(from)));
  return Number.isSafeInteger(percent) ? percent : null;
}
