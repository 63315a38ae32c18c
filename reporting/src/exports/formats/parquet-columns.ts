import { dayMs } from '@millrace/shared/time/durations';
import type { SchemaElement } from 'hyparquet-writer';
import type { Column, ColumnType } from '../../datasets/dataset.js';
import { isNumberText } from './number-text.js';

type ParquetValue = string | number | bigint | boolean;

interface ParquetType {
  element: Omit<SchemaElement, 'name' | 'repetition_type'>;
  read: (text: string) => ParquetValue | undefined;
}

const unchanged = (text: string) => text;
const utf8: ParquetType = {
  element: { type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } },
  read: unchanged,
};

const types: Record<ColumnType, ParquetType> = {
  text: utf8,
  // A Parquet DECIMAL has a fixed number of digits, but amounts have as many as were sent.
  decimal: utf8,
  json: { element: { type: 'BYTE_ARRAY', logical_type: { type: 'JSON' } }, read: unchanged },
  integer: { element: { type: 'INT64' }, read: readInteger },
  number: { element: { type: 'DOUBLE' }, read: readNumber },
  boolean: { element: { type: 'BOOLEAN' }, read: readBoolean },
  date: { element: { type: 'INT32', converted_type: 'DATE', logical_type: { type: 'DATE' } }, read: readDate },
  instant: {
    element: {
      type: 'INT64',
      converted_type: 'TIMESTAMP_MICROS',
      logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MICROS' },
    },
    read: readInstant,
  },
};

export function parquetSchema(columns: Column[]): SchemaElement[] {
  const elements = columns.map(({ name, type }) => ({
    name,
    repetition_type: 'OPTIONAL' as const,
    ...types[type].element,
  }));
  return [{ name: 'root', num_children: columns.length }, ...elements];
}

/**
 * The value of a cell in its Parquet type.
 * @throws Error if the type cannot hold it, such as an integer of more than 64 bits: a wrong value must not get into the file.
 */
export function parquetValue({ name, type }: Column, text: string | null): ParquetValue | null {
  if (text === null) return null;
  const value = types[type].read(text);
  if (value !== undefined) return value;
  const start = text.length > 40 ? `${text.slice(0, 40)}…` : text;
  throw new Error(`Parquet cannot hold "${start}" in the ${type} column ${name}. Use CSV or JSON instead.`);
}

function readInteger(text: string): bigint | undefined {
  if (!/^-?\d+$/.test(text)) return undefined;
  const value = BigInt(text);
  return BigInt.asIntN(64, value) === value ? value : undefined;
}

function readNumber(text: string): number | undefined {
  return isNumberText(text) || ['NaN', 'Infinity', '-Infinity'].includes(text) ? Number(text) : undefined;
}

function readBoolean(text: string): boolean | undefined {
  return text === 'true' || text === 'false' ? text === 'true' : undefined;
}

function readDate(text: string): number | undefined {
  const ms = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(ms) ? undefined : Math.floor(ms / dayMs);
}

/** Microseconds since 1970; a `Date` would lose all but milliseconds. */
function readInstant(text: string): bigint | undefined {
  const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?Z$/.exec(text);
  const ms = match ? Date.parse(`${match[1]}Z`) : Number.NaN;
  return Number.isNaN(ms) ? undefined : BigInt(ms * 1000 + Number((match![2] ?? '').padEnd(6, '0')));
}
