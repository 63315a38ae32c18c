/** What pages of all engines have in common: the order of rows, the same that Postgres makes of it, ratios, and how many bytes there may be. */

import { refusal } from '../query-request/refuse.js';
import type { Order, ResolvedQuery } from './resolved-query.js';

export type Comparable = string | number | bigint | null;

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

const compareNumbers = (a: number | bigint, b: number | bigint) => (a < b ? -1 : Number(a > b));

/** Nulls are last in both directions. Numbers of one list are all of one type. */
export function compareValues(a: Comparable, b: Comparable, direction: Order['direction']): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  const order = typeof a === 'string' ? compareTexts(a, String(b)) : compareNumbers(a, b as number | bigint);
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

/** Two decimals, halves away from zero; null where nothing can be divided by. */
export const ratio = (part: number, whole: number): number | null =>
  whole === 0 ? null : Math.round((100 * part) / whole) / 100;

/** Share in percent. */
export const shareOf = (visitors: number, totalVisitors: number): number | null => ratio(100 * visitors, totalVisitors);

const mb = 2 ** 20;

/**
 * Rows of an answer. They are in memory four or five times over on their way out (message, string, values, rows, body), in a
 * heap of 512 MB that a few of them share. A string of Node may have 512 MB: a longer one ends the process, since
 * pg builds it in a socket handler, where the error cannot be caught.
 */
export const maxAnswerBytes = 32 * mb;

/** Groups from which the rows of an answer are chosen: they are held once, until they are cut to the page. */
export const maxGroupBytes = 128 * mb;

/** What a row takes besides its texts. */
const rowBytes = 64;

/** How a statement measures the rows of CTE `rows`: by the bytes of `columns`, as a number. */
export const bytesSql = (rows: string, columns: string[]): string =>
  `(select coalesce(sum(${[rowBytes, ...columns.map((column) => `coalesce(octet_length(${column}), 0)`)].join(' + ')}), 0)::float8 from ${rows})`;

/** @throws ServiceError `invalid_request` when a statement has measured more than `most`, and so has given no rows. */
export function checkBytes(bytes: number, most: number): void {
  if (bytes <= most) return;
  const rule = `has more than ${most / mb} MB of rows for this question; ask for a shorter one, for fewer rows or for shorter values`;
  throw refusal(['date_range'], rule);
}

/** The same of a page that was cut from groups. @throws ServiceError `invalid_request`. */
export function checkPage(groups: { type: string | null }[]): void {
  const bytes = groups.reduce((sum, { type }) => sum + rowBytes + Buffer.byteLength(type ?? ''), 0);
  checkBytes(bytes, maxAnswerBytes);
}
