/** Limits the bytes of an answer: values can be long, and Postgres measures them before it sends a single row. */
import { refusal } from '../query-request/refuse.js';

const mb = 2 ** 20;

/**
 * Rows of an answer. They are in memory four or five times over on their way out (message, string, values, rows, body), in a
 * heap of 512 MB that a few of them share. A string of Node may have 512 MB: a longer one ends the process, since
 * pg builds it in a socket handler, where the error cannot be caught.
 */
export const mostBytes = 32 * mb;

/** Groups from which the rows of an answer are chosen: they are held once, until they are cut to the page. */
export const mostGroupBytes = 128 * mb;

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
  checkBytes(bytes, mostBytes);
}
