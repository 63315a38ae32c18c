/** JSON whose numbers keep every digit, including those that a double would silently change. */
import { randomBytes } from 'node:crypto';
import { type Decimal, readDecimal, writeDecimal } from '../contract/decimal.js';

/** Prefix of an exact number while it is text; random, so that no client can forge it. */
const marker = `\0${randomBytes(16).toString('hex')}`;
const markedNumber = new RegExp(`"\\\\u0000${marker.slice(1)}(-?[\\d.]+)"`, 'g');

/** Characters that the marker and its quotes add to an exact number in the output of `JSON.stringify`. */
export const markerOverhead = JSON.stringify(marker).length;

/**
 * How many exact numbers a group of texts may contain. Each costs the memory and time of a hundred ordinary characters: without
 * a limit, a few compressed kilobytes could block a process for seconds.
 */
export interface ExactNumberBudget {
  left: number;
}

/** Thrown when texts contain more exact numbers than their {@link ExactNumberBudget} allows. */
export class TooManyExactNumbers extends Error {
  override readonly name = 'TooManyExactNumbers';
}

const decimalOf = Symbol('decimal');

/** A number that no double can represent. JSON.stringify writes it as marked text, {@link stringifyExactJson} as the number. */
export interface ExactNumber {
  readonly [decimalOf]: Decimal;
  toJSON(): string;
}

export const isExactNumber = (value: unknown): value is ExactNumber =>
  typeof value === 'object' && value !== null && decimalOf in value;

/**
 * The number in plain decimal digits, so that equal numbers are equal texts; undefined above `maxDigits`.
 * Not cached: a body may contain a million numbers of six characters that expand to eight thousand digits each.
 */
export const exactDigits = (number: ExactNumber): string | undefined => writeDecimal(number[decimalOf]);

function markDigits(this: ExactNumber): string {
  return marker + (exactDigits(this) ?? '0');
}
const exactNumber = (decimal: Decimal): ExactNumber => ({ [decimalOf]: decimal, toJSON: markDigits });

/** The exact decimal of a JSON number, if converting it to a double would change it. */
function changedByDouble(text: string): Decimal | undefined {
  const double = Number(text);
  const size = Math.abs(double);
  // Doubles of full precision keep any 15 digits; this comparison is ten times as fast as comparing digits.
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

/** Shortest run of digits and a point that may exceed a double's precision; 15 digits always fit. */
const longRun = 16;

/** Checks only every 16th character, since a run of 16 contains one of them. */
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

/** Between 1e-100 and 1e100 a double keeps any number of 15 digits. */
const longExponent = /(?:^|[:,[\s])-?[\d.]+[eE][+-]?\d{3}/;

/** A cheap test for anything that a double could change; false positives are harmless. */
const mayHoldExactNumbers = (text: string) => hasLongRun(text) || longExponent.test(text);

function endOfString(text: string, start: number): number {
  let at = start + 1;
  for (let code = text.charCodeAt(at); code !== quote; code = text.charCodeAt(at)) at += code === backslash ? 2 : 1;
  return at + 1;
}

/** Few enough characters for a double, and no exponent. */
function isShort(text: string, start: number, end: number): boolean {
  if (end - start >= longRun) return false;
  for (let at = start; at < end; at += 1) if (isExponentMark(text.charCodeAt(at))) return false;
  return true;
}

/** End of the number that starts at `start`. Not a regular expression: V8's stack overflows on millions of digits. */
function endOfNumber(text: string, start: number): number {
  let at = start + 1;
  for (let code = text.charCodeAt(at); ; code = text.charCodeAt(at)) {
    const isPart = isDigitOrPoint(code) || isExponentMark(code) || code === 0x2b || code === 0x2d;
    if (!isPart) return at;
    at += 1;
  }
}

/** A number that a double would change. */
interface ChangedNumber {
  start: number;
  end: number;
  decimal: Decimal;
}

/** The first such number at or after `from`, outside strings. `text` is valid JSON. */
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

/** Replaces the numbers that a double would change by marked strings, starting with `first`. */
function markNumbers(text: string, first: ChangedNumber, found: ExactNumber[], budget: ExactNumberBudget): string {
  const parts: string[] = [];
  let copied = 0;
  for (let next: ChangedNumber | undefined = first; next; next = nextChanged(text, copied)) {
    budget.left -= 1;
    if (budget.left < 0) throw new TooManyExactNumbers();
    parts.push(text.slice(copied, next.start), JSON.stringify(marker + found.length));
    found.push(exactNumber(next.decimal));
    copied = next.end;
  }
  return parts.join('') + text.slice(copied);
}

/** Replaces marked strings by exact numbers. Without recursion: a body may be nested as deep as it is long. */
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
 * Like `JSON.parse`, but numbers that no double can represent become {@link ExactNumber}s, up to the number that `budget` allows.
 * Text without such numbers is parsed once.
 * @throws SyntaxError if the text is not JSON, TooManyExactNumbers.
 */
export function parseExactJson(text: string, budget: ExactNumberBudget = { left: Number.POSITIVE_INFINITY }): unknown {
  // The search for numbers relies on valid JSON.
  let parsed = JSON.parse(text);
  const first = mayHoldExactNumbers(text) ? nextChanged(text, 0) : undefined;
  if (!first) return parsed;
  // Frees the first result before parsing again.
  parsed = undefined;
  const found: ExactNumber[] = [];
  parsed = JSON.parse(markNumbers(text, first, found, budget));
  return placeNumbers(parsed, found);
}

/** Like `JSON.stringify`, but writes exact numbers with all their digits. */
export function stringifyExactJson(value: unknown): string {
  return restoreNumbers(JSON.stringify(value) ?? 'null');
}

/** Replaces marked strings by the numbers, in the output of `JSON.stringify`. */
export const restoreNumbers = (text: string): string => text.replace(markedNumber, '$1');
