/** Cursors for lists with the newest first: they stay valid when new entries are added. */
import { uuidPattern } from '@millrace/shared/contract/ids';
import Joi from 'joi';

export interface PageCursor {
  /** With microseconds. */
  createdAt: string;
  /** A UUID: breaks ties between rows created at the same time. */
  id: string;
}

/** SQL for the `createdAt` of a {@link PageCursor}. */
export const createdExactly = `to_char(created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as "createdExactly"`;

/** Stricter than `Date`, which reads 30 February as 2 March. Postgres has no year 0. */
function isInstant(text: string): boolean {
  if (!/^(?!0000)\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/.test(text)) return false;
  const instant = new Date(text);
  return !Number.isNaN(instant.getTime()) && instant.toISOString().slice(0, 19) === text.slice(0, 19);
}

/** Parses what {@link writePageCursor} returns into a {@link PageCursor}. */
export const pageCursorSchema = Joi.string()
  .custom((text: string, helpers) => {
    const [createdAt, id, ...more] = Buffer.from(text, 'base64url').toString().split(' ');
    const isRight = isInstant(createdAt ?? '') && uuidPattern.test(id ?? '') && more.length === 0;
    return isRight ? { createdAt, id } : helpers.error('any.custom');
  })
  .messages({ 'any.custom': 'must be the value of next from an earlier response' });

/** The `next` of a page whose last row is this one. */
export const writePageCursor = (row: { createdExactly: string; id: string }) =>
  Buffer.from(`${row.createdExactly} ${row.id}`).toString('base64url');
