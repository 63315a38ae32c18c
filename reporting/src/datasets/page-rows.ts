/** Pages of rows that are held in memory, by the same keys as pages of a statement. */
import { compareDecimals } from '../query-request/compare-decimals.js';
import type { Column, DatasetContext, KeyColumn, Row } from './dataset.js';

const numeric: Column['type'][] = ['integer', 'decimal', 'number'];

const compareTexts = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));

/** Negative when `a` comes first. */
type Compare = (a: Row, b: Row) => number;

function compareBy(columns: Column[], key: KeyColumn[]): Compare {
  const parts = key.map(({ name, direction }) => {
    const place = columns.findIndex((column) => column.name === name);
    const compare = numeric.includes(columns[place]!.type) ? compareDecimals : compareTexts;
    const sign = direction === 'desc' ? -1 : 1;
    return (a: Row, b: Row) => sign * compare(a[place] ?? '', b[place] ?? '');
  });
  return (a, b) => {
    for (const part of parts) {
      const order = part(a, b);
      if (order !== 0) return order;
    }
    return 0;
  };
}

/** Values of the key, in its order. */
export const keyOf = (row: Row, columns: Column[], key: KeyColumn[]): (string | null)[] =>
  key.map(({ name }) => row[columns.findIndex((column) => column.name === name)] ?? null);

/** In the order of the key, from the row after `after` on. */
export function pageRows(
  rows: Row[],
  columns: Column[],
  key: KeyColumn[],
  { after, limit }: Pick<DatasetContext, 'after' | 'limit'>,
): Row[] {
  const compare = compareBy(columns, key);
  const sorted = [...rows].sort(compare);
  const beyond: Row = columns.map(({ name }) => after?.[key.findIndex((column) => column.name === name)] ?? null);
  const rest = after ? sorted.filter((row) => compare(row, beyond) > 0) : sorted;
  return limit === undefined ? rest : rest.slice(0, limit);
}
