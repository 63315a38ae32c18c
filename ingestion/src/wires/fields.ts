/** Values of bodies that other clients send, as far as they can be those of an event. */
import { exactDigits, isExactNumber } from '@millrace/shared/platform/exact-json';

export type Fields = Record<string, unknown>;

export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !isExactNumber(value);

/** Of something that may be absent. */
export const fieldsOf = (value: unknown): Fields => (isFields(value) ? value : {});

/** A text of at most `most` characters, cut there: what browsers send must not cost an event. Undefined for anything else. */
export function textOf(value: unknown, most: number): string | undefined {
  if (typeof value !== 'string' || value === '') return undefined;
  return value.length <= most ? value : [...value.slice(0, 2 * most)].slice(0, most).join('');
}

/** An id, which may be a number. */
export function idOf(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value);
  return textOf(isExactNumber(value) ? exactDigits(value) : value, 128);
}

/** The first that is a text. */
export function firstText(most: number, ...values: unknown[]): string | undefined {
  for (const value of values) {
    const text = textOf(value, most);
    if (text !== undefined) return text;
  }
  return undefined;
}

/** Without what is absent or null; undefined when nothing is left. */
export function present(fields: Fields): Fields | undefined {
  const found = Object.entries(fields).filter(([, value]) => value !== undefined && value !== null);
  return found.length === 0 ? undefined : Object.fromEntries(found);
}
