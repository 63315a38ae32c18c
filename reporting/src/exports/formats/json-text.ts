import type { ColumnType } from '../../datasets/dataset.js';
import { isNumberText } from './number-text.js';

const isSafeInteger = (text: string) => isNumberText(text) && Number.isSafeInteger(Number(text));
const oneLine = (json: string) => (json.includes('\n') || json.includes('\r') ? json.replace(/[\r\n]+/g, ' ') : json);

const writers: Record<ColumnType, (text: string) => string> = {
  text: JSON.stringify,
  date: JSON.stringify,
  instant: JSON.stringify,
  decimal: JSON.stringify,
  integer: (text) => (isSafeInteger(text) ? text : JSON.stringify(text)),
  number: (text) => (isNumberText(text) ? text : 'null'),
  boolean: (text) => (text === 'true' || text === 'false' ? text : JSON.stringify(text)),
  // A line break in JSON can only stand between its parts.
  json: oneLine,
};

/**
 * A value of a dataset as JSON, on one line. An integer beyond 2^53 and every decimal is a string with its exact digits, a number that
 * is not finite is null, and JSON stands as it is, digit for digit.
 */
export const jsonText = (type: ColumnType, text: string | null): string =>
  text === null ? 'null' : writers[type](text);
