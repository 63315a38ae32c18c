/** Cursors for the next page of a dataset. */
import { uuidPattern } from '@millrace/shared/contract/ids';
import { isCalendarDate } from '@millrace/shared/time/time';
import { refusal } from '../query-request/refuse.js';
import type { Column, KeyColumn } from './dataset.js';

type KeyValues = (string | null)[];

/** Identifies dataset and order, so a cursor cannot be used with others. */
export interface Paged {
  id: string;
  columns: Column[];
  key: KeyColumn[];
}

const orderOf = ({ id, key }: Paged) =>
  [id, ...key.map(({ name, direction = 'asc' }) => `${name} ${direction}`)].join(',');

export const writeCursor = (paged: Paged, values: KeyValues): string =>
  Buffer.from(JSON.stringify([orderOf(paged), ...values])).toString('base64url');

const number = /^-?\d{1,40}(\.\d{1,40})?$/;
const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z$/;

/** Postgres has no year 0. */
const isDate = (text: string) => isCalendarDate(text) && text >= '0001';
const isInstant = (text: string) => instant.test(text) && isDate(text.slice(0, 10)) && !Number.isNaN(Date.parse(text));

/** Whether Postgres accepts the text as a value of that type. */
function isOfType(value: unknown, type: Column['type'] | 'uuid'): boolean {
  if (typeof value !== 'string' || value.length > 10_000 || value.includes('\0') || !value.isWellFormed()) return false;
  if (type === 'integer' || type === 'decimal' || type === 'number') return number.test(value);
  if (type === 'uuid') return uuidPattern.test(value);
  if (type === 'date') return isDate(value);
  if (type === 'instant') return isInstant(value);
  return type !== 'boolean' || value === 'true' || value === 'false';
}

function parse(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString());
  } catch {
    return undefined;
  }
}

/** @throws ServiceError `invalid_request` unless the cursor is from a page of the same rows. */
export function readCursor(text: string, paged: Paged): KeyValues {
  const { columns, key } = paged;
  const parsed = parse(text);
  const [order, ...values] = Array.isArray(parsed) ? parsed : [];
  const isRight = key.every(({ name, sqlType, nullable }, place) => {
    if (values[place] === null) return nullable === true;
    return isOfType(values[place], sqlType ?? columns.find((column) => column.name === name)!.type);
  });
  if (order === orderOf(paged) && values.length === key.length && isRight) return values;
  throw refusal(['after'], 'must be the value of next from this dataset with the same parameters');
}
