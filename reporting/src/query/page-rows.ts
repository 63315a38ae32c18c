/** Order, ratios, gap filling and size limits of the rows of an answer, the same whichever engine counted them. */

import { refusal } from '../query-request/refuse.js';
import type { MetricValue, Order, ResolvedQuery } from './resolved-query.js';

export type Comparable = string | number | bigint | null;

/** In UTF-16, characters beyond U+FFFF sort before U+E000 to U+FFFF; in UTF-8, which Postgres sorts by, they come last. */
const rank = (unit: number) => (unit >= 0xe000 ? unit - 0x800 : unit >= 0xd800 ? unit + 0x2000 : unit);

/** Compares texts by their UTF-8 bytes, like collation "C" in Postgres. */
export function compareTexts(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index += 1) {
    const [left, right] = [a.charCodeAt(index), b.charCodeAt(index)];
    if (left !== right) return rank(left) - rank(right);
  }
  return a.length - b.length;
}

const compareNumbers = (a: number | bigint, b: number | bigint) => (a < b ? -1 : Number(a > b));

/** Nulls are last in both directions. Both numbers must be of the same type. */
export function compareValues(a: Comparable, b: Comparable, direction: Order['direction']): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  const order = typeof a === 'string' ? compareTexts(a, String(b)) : compareNumbers(a, b as number | bigint);
  return direction === 'desc' ? -order : order;
}

/** By the requested order, then by the dimensions. For a time dimension, `read` must return the bucket's index. */
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

/** Adds the rows without events: a time series has every bucket, and a query without dimensions always has one row. */
export function fillGaps<Group>(
  { dimensions, buckets }: Pick<ResolvedQuery, 'dimensions' | 'buckets'>,
  groups: Group[],
  { bucketOf, emptyGroup }: { bucketOf(group: Group): number; emptyGroup(bucket: number): Group },
): Group[] {
  const isSeries = dimensions.length === 1 && buckets !== undefined;
  if (!isSeries && dimensions.length > 0) return groups;
  const byBucket = new Map(groups.map((group) => [isSeries ? bucketOf(group) : 0, group]));
  const length = isSeries ? buckets.labels.length : 1;
  return Array.from({ length }, (_, bucket) => byBucket.get(bucket) ?? emptyGroup(bucket));
}

/** Rounded to two decimals, half away from zero; null when `whole` is zero. */
export const ratio = (part: number, whole: number): number | null =>
  whole === 0 ? null : Math.round((100 * part) / whole) / 100;

/** In percent. */
export const shareOf = (visitors: number, totalVisitors: number): number | null => ratio(100 * visitors, totalVisitors);

const mb = 2 ** 20;

/**
 * Limit for the rows of an answer. They are in memory four or five times on their way out (message, string, values, rows, body),
 * in a heap of 512 MB that a few answers share. A string in Node can have at most 512 MB: a longer one ends the process, because
 * pg builds it in a socket handler, where the error cannot be caught.
 */
export const maxAnswerBytes = 32 * mb;

/** Limit for the groups that a page is cut from: they are in memory only once, until then. */
export const maxGroupBytes = 128 * mb;

/** Bytes of a row besides its texts. */
const rowBytes = 64;

/** SQL that measures the rows of CTE `rows` by the bytes of `columns`. */
export const bytesSql = (rows: string, columns: string[]): string =>
  `(select coalesce(sum(${[rowBytes, ...columns.map((column) => `coalesce(octet_length(${column}), 0)`)].join(' + ')}), 0)::float8 from ${rows})`;

/** @throws ServiceError `invalid_request` when a statement measured more than `max` bytes, and so returned no rows. */
export function checkBytes(bytes: number, max: number): void {
  if (bytes <= max) return;
  const rule = `has more than ${max / mb} MB of rows for this query; request a shorter range, fewer rows or shorter values`;
  throw refusal(['date_range'], rule);
}

/** Checks rows that were counted in memory. @throws ServiceError `invalid_request` for more than {@link maxAnswerBytes}. */
export function checkPage(rows: MetricValue[][]): void {
  const bytesOf = (value: MetricValue) => (typeof value === 'string' ? Buffer.byteLength(value) : 0);
  const bytes = rows.reduce((sum, row) => row.reduce<number>((all, value) => all + bytesOf(value), sum + rowBytes), 0);
  checkBytes(bytes, maxAnswerBytes);
}
