/** JSON whose numbers keep every digit, also those that a double would change behind the sender's back. */
import { randomBytes } from 'node:crypto';

/** No number is written out longer than this, whatever its exponent says. */
export const mostDigits = 8_192;

/** Stands before the digits of an exact number where it has to pass as text; random, so that no client can write it. */
const marker = `\0${randomBytes(16).toString('hex')}`;
const markedNumber = new RegExp(`"\\\\u0000${marker.slice(1)}(-?[\\d.]+)"`, 'g');

/** What the marker and its quotes add to an exact number in the text of `JSON.stringify`. */
export const markedExtra = JSON.stringify(marker).length;

const digitsOf = Symbol('digits');

/** A number that no double holds. JSON.stringify makes a marked text of it, {@link stringifyExactJson} the number itself. */
export interface ExactNumber {
  /** Written out without an exponent; undefined when that takes more than {@link mostDigits}. */
  readonly [digitsOf]: string | undefined;
  toJSON(): string;
}

export const isExactNumber = (value: unknown): value is ExactNumber =>
  typeof value === 'object' && value !== null && digitsOf in value;

/** The number as plain decimal digits, so that equal numbers are equal texts; undefined when there are too many. */
export const exactDigits = (number: ExactNumber): string | undefined => number[digitsOf];

const exactNumber = (digits: string | undefined): ExactNumber =>
  Object.freeze({ [digitsOf]: digits, toJSON: () => marker + (digits ?? '0') });

/** Sign, significant digits and the power of ten of the last one. */
interface Decimal {
  sign: string;
  digits: string;
  exponent: number;
}

const numberParts = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;

function readDecimal(text: string): Decimal {
  const [, sign = '', whole = '', fraction = '', power = '0'] = numberParts.exec(text) ?? [];
  const all = (whole + fraction).replace(/^0+/, '');
  const digits = all.replace(/0+$/, '');
  return { sign, digits, exponent: Number(power) - fraction.length + all.length - digits.length };
}

function writeDecimal({ sign, digits, exponent }: Decimal): string | undefined {
  if (digits.length + Math.abs(exponent) > mostDigits) return undefined;
  if (exponent >= 0) return sign + digits + '0'.repeat(exponent);
  const padded = digits.padStart(1 - exponent, '0');
  return `${sign}${padded.slice(0, exponent)}.${padded.slice(exponent)}`;
}

/** The digits of a JSON number where its double is another number, else undefined. */
function changedByDouble(text: string): { digits: string | undefined } | undefined {
  const double = Number(text);
  const decimal = readDecimal(text);
  if (Number.isFinite(double)) {
    const kept = readDecimal(String(double));
    if (kept.digits === decimal.digits && (kept.digits === '' || kept.exponent === decimal.exponent)) return undefined;
  }
  return { digits: writeDecimal(decimal) };
}

const quote = 0x22;
const backslash = 0x5c;
const isDigit = (code: number) => code >= 0x30 && code <= 0x39;
const isDigitOrPoint = (code: number) => isDigit(code) || code === 0x2e;

/** Digits and a point in a row that may be more than a double holds: 15 digits always fit. */
const longRun = 16;

/** Looks at each 16th character only, since a run of 16 has one there. */
function hasLongRun(text: string): boolean {
  for (let at = longRun - 1; at < text.length; at += longRun) {
    if (!isDigitOrPoint(text.charCodeAt(at))) continue;
    let [start, end] = [at, at];
    while (start > 0 && isDigitOrPoint(text.charCodeAt(start - 1))) start -= 1;
    while (end < text.length && isDigitOrPoint(text.charCodeAt(end))) end += 1;
    if (end - start >= longRun) return true;
  }
  return false;
}

/** Below 1e100 and above 1e-100 a number of 15 digits is what a double says it is. */
const longExponent = /[:,[\s]-?[\d.]+[eE][+-]?\d{3}/;

/** A cheap look for anything that a double could change; also true now and then for text that only looks like it. */
const mayHoldExactNumbers = (text: string) => hasLongRun(text) || longExponent.test(text);

function endOfString(text: string, start: number): number {
  let at = start + 1;
  for (let code = text.charCodeAt(at); code !== quote; code = text.charCodeAt(at)) at += code === backslash ? 2 : 1;
  return at + 1;
}

const number = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

/** `text` is valid JSON: marks the numbers that a double would change; undefined when there are none. */
function markNumbers(text: string, found: ExactNumber[]): string | undefined {
  const parts: string[] = [];
  let copied = 0;
  for (let at = 0; at < text.length; ) {
    const code = text.charCodeAt(at);
    if (code === quote) at = endOfString(text, at);
    else if (code !== 0x2d && !isDigit(code)) at += 1;
    else {
      number.lastIndex = at;
      const [token = ''] = number.exec(text) ?? [];
      const changed = changedByDouble(token);
      if (changed) {
        parts.push(text.slice(copied, at), JSON.stringify(marker + found.length));
        found.push(exactNumber(changed.digits));
        copied = at + token.length;
      }
      at += token.length;
    }
  }
  return parts.length === 0 ? undefined : parts.join('') + text.slice(copied);
}

/** Puts the exact numbers in place of their marks, without recursion: a body may be nested as deep as it is long. */
function placeNumbers(parsed: unknown, found: ExactNumber[]): unknown {
  const placed = (value: unknown) =>
    typeof value === 'string' && value.startsWith(marker) ? found[Number(value.slice(marker.length))] : value;
  const pending: unknown[] = [parsed];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (typeof next !== 'object' || next === null) continue;
    const object = next as Record<string, unknown>;
    for (const key of Object.keys(object)) {
      const value = object[key];
      if (typeof value === 'string') object[key] = placed(value);
      else if (typeof value === 'object' && value !== null) pending.push(value);
    }
  }
  return placed(parsed);
}

/**
 * As `JSON.parse`, but numbers that no double holds become {@link ExactNumber}s; all others stay numbers. Text without such
 * numbers costs one quick look more. @throws SyntaxError for what is not JSON.
 */
export function parseExactJson(text: string): unknown {
  const parsed: unknown = JSON.parse(text);
  if (!mayHoldExactNumbers(text)) return parsed;
  const found: ExactNumber[] = [];
  const marked = markNumbers(text, found);
  return marked === undefined ? parsed : placeNumbers(JSON.parse(marked), found);
}

/** As `JSON.stringify`, with the digits of exact numbers. */
export function stringifyExactJson(value: unknown): string {
  return restoreNumbers(JSON.stringify(value) ?? 'null');
}

/** The numbers in place of their marks, in what `JSON.stringify` made of a value. */
export const restoreNumbers = (text: string): string => text.replace(markedNumber, '$1');
