import type { ColumnType } from '../../datasets/dataset.js';
import { defuseCell } from './defuse-cell.js';
import { fitsDouble, isNumberText } from './number-text.js';
import { plainText } from './plain-text.js';

/** All that a sheet can hold; the library leaves anything else empty without a word. */
export type SheetValue = string | number | boolean | Date | null;

/** Characters; Excel calls a file with more in a cell damaged. */
const longestText = 32_767;
/** Excel counts days from 1900, with a 29 February that year did not have. */
const firstDate = Date.UTC(1900, 2, 1);
const afterLastDate = Date.UTC(10_000, 0, 1);

const readers: Record<ColumnType, (text: string) => SheetValue> = {
  text: sheetText,
  date: sheetDate,
  instant: sheetDate,
  boolean: (text) => (text === 'true' || text === 'false' ? text === 'true' : sheetText(text)),
  integer: exactNumber,
  decimal: exactNumber,
  number: (text) => (isNumberText(text) ? finite(text) : sheetText(text)),
  json: sheetJson,
};

/** A value of a dataset for a cell. Numbers that a spreadsheet would round, and dates that it does not know, are text. */
export const sheetValue = (type: ColumnType, text: string | null): SheetValue =>
  text === null ? null : readers[type](text);

/** Text that Excel shows as it is, with its kind of line breaks: not run, not cut by a repair, not decoded (`_x0041_` would be `A`). */
export function sheetText(text: string): string {
  const shown = /[\0\r]/.test(text) ? text.replaceAll('\0', '').replace(/\r\n?/g, '\n') : text;
  return escapeText(cut(defuseCell(shown)));
}

/**
 * What would be decoded, `_x0041_` and what becomes that because a control character behind it is written as `_x0007_`; and the two
 * characters that XML forbids and the library leaves as they are.
 */
const toEscape = /_(?=x[0-9a-fA-F]{4}[_\p{Cc}\ufffe\uffff])|[\ufffe\uffff]/gu;

const escapeText = (text: string) =>
  text.replace(toEscape, (found) => `_x${found.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}_`);

function cut(text: string): string {
  if (text.length <= longestText) return text;
  return `${text.slice(0, longestText - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}

function exactNumber(text: string): SheetValue {
  if (!isNumberText(text)) return sheetText(text);
  return fitsDouble(text) ? finite(text) : text;
}

function finite(text: string): SheetValue {
  const value = Number(text);
  return Number.isFinite(value) ? value : text;
}

function sheetDate(text: string): SheetValue {
  const ms = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN;
  return ms >= firstDate && ms < afterLastDate ? new Date(ms) : sheetText(text);
}

function sheetJson(json: string): SheetValue {
  const text = plainText(json);
  if (text === null) return null;
  if (json === 'true' || json === 'false') return json === 'true';
  return isNumberText(json) ? exactNumber(json) : sheetText(text);
}
