/** JSON whose numbers keep every digit, also those that a double would change behind the sender's back. */
import { randomBytes } from 'node:crypto';
import { type Decimal, readDecimal, writeDecimal } from '../contract/decimal.js';

/** Stands before the digits of an exact number where it has to pass as text; random, so that no client can write it. */
const marker = `\0${randomBytes(16).toString('hex')}`;
const markedNumber = new RegExp(`"\\\\u0000${marker.slice(1)}(-?[\\d.]+)"`, 'g');

/** What the marker and its quotes add to an exact number in the text of `JSON.stringify`. */
export const markedExtra = JSON.stringify(marker).length;

/**
 * How many exact numbers texts may hold together. Each costs the memory and time of a hundred ordinary characters, so that without
 * a limit a few kilobytes, compressed, would stop a process for seconds.
 */
export interface ExactAllowance {
  left: number;
}

/** Thrown when texts hold more exact numbers than their {@link ExactAllowance}. */
export class TooManyExactNumbers extends Error {
  override readonly name = 'TooManyExactNumbers';
}

const decimalOf = Symbol('decimal');

/** A number that no double holds. JSON.stringify makes a marked text of it, {@link stringifyExactJson} the number itself. */
export interface ExactNumber {
  readonly [decimalOf]: Decimal;
  toJSON(): string;
}

export const isExactNumber = (value: unknown): value is ExactNumber =>
  typeof value === 'object' && value !== null && decimalOf in value;

/**
 * The number as plain decimal digits, so that equal numbers are equal texts; undefined when they are more than `mostDigits`.
 * Written out for each call: a body may hold a million numbers of six characters that stand for eight thousand digits each.
 */
export const exactDigits = (number: ExactNumber): string | undefined => writeDecimal(number[decimalOf]);

function markDigits(this: ExactNumber): string {
  return marker + (exactDigits(this) ?? '0');
}
const exactNumber = (decimal: Decimal): ExactNumber => ({ [decimalOf]: decimal, toJSON: markDigits });

/** The decimal that a JSON number is where its double is another number, else undefined. */
function changedByDouble(text: string): Decimal | undefined {
  const double = Number(text);
  const size = Math.abs(double);
  // Any 15 digits come back from a double of full precision; this comparison is ten times as fast as that of digits.
  if (text.length < longRun && size > 1e-307 && size < Number.POSITIVE_INFINITY) return undefined;
  const decimal = readDecimal(text);
  if (!Number.isFinite(double)) return decimal;
  const kept = readDecimal(String(double));
  const isKept = kept.digits === decimal.digits && (kept.digits === '' || kept.exponent === decimal.exponent);
  return isKept ? undefined : decimal;
}

const quote = 0x22;
const backslash = 0x5c;
const isDigit = (code: number) => code >= 0x30 && code <= 0x39;
const isDigitOrPoint = (code: number) => isDigit(code) || code === 0x2e;
const isExponentMark = (code: number) => code === 0x65 || code === 0x45;

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
const longExponent = /(?:^|[:,[\s])-?[\d.]+[eE][+-]?\d{3}/;

/** A cheap look for anything that a double could change; also true now and then for text that only looks like it. */
const mayHoldExactNumbers = (text: string) => hasLongRun(text) || longExponent.test(text);

function endOfString(text: string, start: number): number {
  let at = start + 1;
  for (let code = text.charCodeAt(at); code !== quote; code = text.charCodeAt(at)) at += code === backslash ? 2 : 1;
  return at + 1;
}

/** Too short for more than a double holds, and without an exponent. */
function isShort(text: string, start: number, end: number): boolean {
  if (end - start >= longRun) return false;
  for (let at = start; at < end; at += 1) if (isExponentMark(text.charCodeAt(at))) return false;
  return true;
}

/** Where the number that starts at `start` ends. No expression does this: V8's stack overflows on millions of digits. */
function endOfNumber(text: string, start: number): number {
  let at = start + 1;
  for (let code = text.charCodeAt(at); ; code = text.charCodeAt(at)) {
    const isPart = isDigitOrPoint(code) || isExponentMark(code) || code === 0x2b || code === 0x2d;
    if (!isPart) return at;
    at += 1;
  }
}

/** A number of a text that a double would change. */
interface ChangedNumber {
  start: number;
  end: number;
  decimal: Decimal;
}

/** The first one from `from` on, which is not within a text. `text` is valid JSON. */
function nextChanged(text: string, from: number): ChangedNumber | undefined {
  for (let at = from; at < text.length; ) {
    const code = text.charCodeAt(at);
    if (code === quote) at = endOfString(text, at);
    else if (code !== 0x2d && !isDigit(code)) at += 1;
    else {
      const end = endOfNumber(text, at);
      const decimal = isShort(text, at, end) ? undefined : changedByDouble(text.slice(at, end));
      if (decimal) return { start: at, end, decimal };
      at = end;
    }
  }
  return undefined;
}

/** Marks the numbers from `first` on that a double would change. */
function markNumbers(text: string, first: ChangedNumber, found: ExactNumber[], allowance: ExactAllowance): string {
  const parts: string[] = [];
  let copied = 0;
  for (let next: ChangedNumber | undefined = first; next; next = nextChanged(text, copied)) {
    allowance.left -= 1;
    if (allowance.left < 0) throw new TooManyExactNumbers();
    parts.push(text.slice(copied, next.start), JSON.stringify(marker + found.length));
    found.push(exactNumber(next.decimal));
    copied = next.end;
  }
  return parts.join('') + text.slice(copied);
}

/** Puts the exact numbers in place of their marks, without recursion: a body may be nested as deep as it is long. */
function placeNumbers(parsed: unknown, found: ExactNumber[]): unknown {
  const placed = (value: unknown) =>
    typeof value === 'string' && value.startsWith(marker) ? found[Number(value.slice(marker.length))] : value;
  const pending: unknown[] = [parsed];
  function place(holder: Record<PropertyKey, unknown>, key: PropertyKey): void {
    const value = holder[key];
    if (typeof value === 'string') holder[key] = placed(value);
    else if (typeof value === 'object' && value !== null) pending.push(value);
  }
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (typeof next !== 'object' || next === null) continue;
    const holder = next as Record<PropertyKey, unknown>;
    if (Array.isArray(next)) for (let index = 0; index < next.length; index += 1) place(holder, index);
    else for (const key of Object.keys(holder)) place(holder, key);
  }
  return placed(parsed);
}

/**
 * As `JSON.parse`, but numbers that no double holds become {@link ExactNumber}s, which `allowance` pays for; all others stay
 * numbers. Text without such numbers is parsed once and looked through. @throws SyntaxError for what is not JSON, TooManyExactNumbers.
 */
export function parseExactJson(text: string, allowance: ExactAllowance = { left: Number.POSITIVE_INFINITY }): unknown {
  // Only in valid text can numbers be looked for.
  let parsed = JSON.parse(text);
  const first = mayHoldExactNumbers(text) ? nextChanged(text, 0) : undefined;
  if (!first) return parsed;
  // Nothing is to be in memory twice.
  parsed = undefined;
  const found: ExactNumber[] = [];
  parsed = JSON.parse(markNumbers(text, first, found, allowance));
  return placeNumbers(parsed, found);
}

/** As `JSON.stringify`, with the digits of exact numbers. */
export function stringifyExactJson(value: unknown): string {
  return restoreNumbers(JSON.stringify(value) ?? 'null');
}

/** The numbers in place of their marks, in what `JSON.stringify` made of a value. */
export const restoreNumbers = (text: string): string => text.replace(markedNumber, '$1');
