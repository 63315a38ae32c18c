import type { ColumnType } from '../../datasets/dataset.js';
import { defuseCell } from './defuse-cell.js';
import { plainText } from './json-members.js';
import { fitsDouble, isNumberText } from './number-text.js';

/** All types that a sheet can hold. The library silently leaves anything else empty. */
export type SheetValue = string | number | boolean | Date | null;

/** Characters. Excel reports a file with longer cells as damaged. */
const maxTextLength = 32_767;
/** Excel's calendar has a 29 February 1900, which did not exist: dates are right only after it. */
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

/** The value of a cell. Numbers that a spreadsheet would round, and dates that it cannot represent, are text. */
export const sheetValue = (type: ColumnType, text: string | null): SheetValue =>
  text === null ? null : readers[type](text);

/** Text that Excel shows unchanged: not run as a formula, not cut by a repair, not decoded (`_x0041_` would be `A`). Line breaks become LF. */
export function sheetText(text: string): string {
  const shown = /[\0\r]/.test(text) ? text.replaceAll('\0', '').replace(/\r\n?/g, '\n') : text;
  return escapeText(truncate(defuseCell(shown)));
}

/**
 * What Excel would decode: `_x0041_`, also if it only comes about because the control character that follows is written as `_x0007_`.
 * And the two characters that XML forbids but the library does not escape.
 */
const toEscape = /_(?=x[0-9a-fA-F]{4}[_\p{Cc}\ufffe\uffff])|[\ufffe\uffff]/gu;

const escapeText = (text: string) =>
  text.replace(toEscape, (found) => `_x${found.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}_`);

function truncate(text: string): string {
  if (text.length <= maxTextLength) return text;
  return `${text.slice(0, maxTextLength - 1).replace(/[\ud800-\udbff]$/, '')}…`;
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
