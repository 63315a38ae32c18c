/** Turns an order into a comparison of rows, the same that Postgres makes of it. */
import type { Order, ResolvedQuery } from './resolved-query.js';

export type Comparable = string | number | null;

/** UTF-16 keeps characters beyond the first 65,536 before some of the others; bytes of UTF-8 do not. */
const rank = (unit: number) => (unit >= 0xe000 ? unit - 0x800 : unit >= 0xd800 ? unit + 0x2000 : unit);

/** As their bytes in UTF-8 compare. */
export function compareTexts(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index += 1) {
    const [left, right] = [a.charCodeAt(index), b.charCodeAt(index)];
    if (left !== right) return rank(left) - rank(right);
  }
  return a.length - b.length;
}

/** Nulls are last in both directions. */
export function compareValues(a: Comparable, b: Comparable, direction: Order['direction']): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  const order = typeof a === 'number' ? a - Number(b) : compareTexts(a, String(b));
  return direction === 'desc' ? -order : order;
}

/** By what is asked for, then by the dimensions. `read` gives a bucket's place for a time dimension. */
export function compareRows<Row>(
  { orderBy, dimensions }: ResolvedQuery,
  read: (row: Row, key: Order['key']) => Comparable,
): (a: Row, b: Row) => number {
  const orders: Order[] = [...orderBy, ...dimensions.map((key) => ({ key, direction: 'asc' as const }))];
  return (a, b) => {
    for (const { key, direction } of orders) {
      const order = compareValues(read(a, key), read(b, key), direction);
      if (order !== 0) return order;
    }
    return 0;
  };
}
