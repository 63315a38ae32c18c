/** Where a page of a list ends whose newest entries come first, so that the next one begins there whatever was added meanwhile. */
import { uuidPattern } from '@millrace/shared/contract/ids';
import Joi from 'joi';

export interface PageCursor {
  /** To the microsecond. */
  createdAt: string;
  /** A UUID; tells apart what was made at the same time. */
  id: string;
}

/** SQL: the time when a row was made, as a {@link PageCursor} has it. */
export const createdExactly = `to_char(created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as "createdExactly"`;

/** Postgres knows no year 0; `Date` takes the 30th of February for the 2nd of March. */
function isInstant(text: string): boolean {
  if (!/^(?!0000)\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/.test(text)) return false;
  const instant = new Date(text);
  return !Number.isNaN(instant.getTime()) && instant.toISOString().slice(0, 19) === text.slice(0, 19);
}

/** What {@link writePageCursor} wrote, as a {@link PageCursor}. */
export const pageCursorSchema = Joi.string()
  .custom((text: string, helpers) => {
    const [createdAt, id, ...more] = Buffer.from(text, 'base64url').toString().split(' ');
    const isRight = isInstant(createdAt ?? '') && uuidPattern.test(id ?? '') && more.length === 0;
    return isRight ? { createdAt, id } : helpers.error('any.custom');
  })
  .messages({ 'any.custom': 'must be the value of next in an earlier answer' });

/** What `next` of a page says, so that the next page begins after that row. */
export const writePageCursor = (row: { createdExactly: string; id: string }) =>
  Buffer.from(`${row.createdExactly} ${row.id}`).toString('base64url');
