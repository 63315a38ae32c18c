import type { Column, Row } from '../../datasets/dataset.js';
import { jsonText } from './json-text.js';

/** Writes rows as objects keyed by the names of the columns. */
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
