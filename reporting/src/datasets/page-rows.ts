/** Pages of rows held in memory, with the same keys as pages of a statement. */
import { compareDecimals } from '../query-request/compare-decimals.js';
import type { Column, DatasetContext, KeyColumn, Row } from './dataset.js';

const numeric: Column['type'][] = ['integer', 'decimal', 'number'];

type CompareTexts = (a: string, b: string) => number;

const compareTexts: CompareTexts = (a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b));
/** Fractions of a second vary in length, so the final Z must not take part in the comparison. */
const compareInstants: CompareTexts = (a, b) => compareTexts(a.slice(0, -1), b.slice(0, -1));

function compareTextsOf(type: Column['type']): CompareTexts {
  if (numeric.includes(type)) return compareDecimals;
  return type === 'instant' ? compareInstants : compareTexts;
}

/** Nulls come last in either direction. */
const compareNulls = (a: string | null, b: string | null) => Number(a === null) - Number(b === null);

/** Negative if `a` comes first. */
type Compare = (a: Row, b: Row) => number;

function compareBy(columns: Column[], key: KeyColumn[]): Compare {
  const parts = key.map(({ name, direction }) => {
    const place = columns.findIndex((column) => column.name === name);
    const compare = compareTextsOf(columns[place]!.type);
    const sign = direction === 'desc' ? -1 : 1;
    return (a: Row, b: Row) => {
      const [one, other] = [a[place]!, b[place]!];
      return one === null || other === null ? compareNulls(one, other) : sign * compare(one, other);
    };
  });
  return (a, b) => {
    for (const part of parts) {
      const order = part(a, b);
      if (order !== 0) return order;
    }
    return 0;
  };
}

/** The key values of a row. */
export const keyOf = (row: Row, columns: Column[], key: KeyColumn[]): (string | null)[] =>
  key.map(({ name }) => row[columns.findIndex((column) => column.name === name)] ?? null);

/** Rows in key order, starting after `after`. */
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
