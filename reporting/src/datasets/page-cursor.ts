/** Where the next page of a dataset begins, as text for an address. */
import { isCalendarDate } from '@millrace/shared/time';
import { refusal } from '../query-request/refuse.js';
import type { Column, KeyColumn } from './dataset.js';

type KeyValues = (string | null)[];

export const writeCursor = (values: KeyValues): string => Buffer.from(JSON.stringify(values)).toString('base64url');

const number = /^-?\d{1,40}(\.\d{1,40})?(e[+-]?\d{1,3})?$/;
const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z$/;

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Whether Postgres reads the text as a value of that type. */
function isOfType(value: unknown, type: Column['type'] | 'uuid'): boolean {
  if (typeof value !== 'string' || value.length > 10_000 || value.includes('\0') || !value.isWellFormed()) return false;
  if (type === 'integer' || type === 'decimal' || type === 'number') return number.test(value);
  if (type === 'uuid') return uuid.test(value);
  if (type === 'date') return isCalendarDate(value);
  if (type === 'instant') return instant.test(value) && !Number.isNaN(Date.parse(value));
  return type !== 'boolean' || value === 'true' || value === 'false';
}

function parse(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString());
  } catch {
    return undefined;
  }
}

/** @throws ServiceError `invalid_request` for what no answer of this dataset gave as `next`. */
export function readCursor(text: string, columns: Column[], key: KeyColumn[]): KeyValues {
  const values = parse(text);
  const types = key.map(({ name, sqlType }) => sqlType ?? columns.find((column) => column.name === name)!.type);
  const isRight =
    Array.isArray(values) &&
    values.length === types.length &&
    values.every((value, place) => isOfType(value, types[place]!));
  if (isRight) return values;
  throw refusal(['after'], 'must be what an answer of this dataset gave as next');
}
