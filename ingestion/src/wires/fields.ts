/** Reads values from the bodies of other clients. */
import { exactDigits, isExactNumber } from '@millrace/shared/platform/exact-json';

export type Fields = Record<string, unknown>;

export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !isExactNumber(value);

/** An empty object if the value is not an object. */
export const fieldsOf = (value: unknown): Fields => (isFields(value) ? value : {});

/** A string, truncated so that a long value does not cause the event to be refused; undefined for anything else. */
export function textOf(value: unknown, most: number): string | undefined {
  if (typeof value !== 'string' || value === '') return undefined;
  return value.length <= most ? value : [...value.slice(0, 2 * most)].slice(0, most).join('');
}

/** An id, which may also be a number. */
export function idOf(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value);
  return textOf(isExactNumber(value) ? exactDigits(value) : value, 128);
}

/** The first value that is a string. */
export function firstText(most: number, ...values: unknown[]): string | undefined {
  for (const value of values) {
    const text = textOf(value, most);
    if (text !== undefined) return text;
  }
  return undefined;
}

/** Drops absent and null values; undefined if nothing is left. */
export function present(fields: Fields): Fields | undefined {
  const found = Object.entries(fields).filter(([, value]) => value !== undefined && value !== null);
  return found.length === 0 ? undefined : Object.fromEntries(found);
}
