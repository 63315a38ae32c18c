import type { Column, ColumnType, Row } from '../../datasets/dataset.js';
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
  // Safe: in JSON, raw line breaks occur only between tokens.
  json: oneLine,
};

/**
 * A value as JSON on one line. Decimals and integers beyond 2^53 are strings with their exact digits, numbers that are not finite are
 * null, and JSON is copied digit for digit.
 */
const jsonText = (type: ColumnType, text: string | null): string => (text === null ? 'null' : writers[type](text));

/** Writes rows as JSON objects keyed by column name. */
export function jsonRow(columns: Column[]): (row: Row) => string {
  const keys = columns.map(({ name }, place) => `${place === 0 ? '' : ','}${JSON.stringify(name)}:`);
  const types = columns.map(({ type }) => type);
  return (row) => {
    let members = '';
    for (let place = 0; place < keys.length; place++) {
      members += keys[place]! + jsonText(types[place]!, row[place] ?? null);
    }
    return `{${members}}`;
  };
}
