import { isExactNumber } from '../platform/exact-json.js';

/** Replaces NUL and lone surrogates, which Postgres's `text` and `jsonb` reject, by U+FFFD. */
export const makeStorable = (text: string): string => text.replaceAll('\0', '\uFFFD').toWellFormed();

/** The same for all texts and keys in a value. Recursion is bounded: properties are at most five levels deep. */
export function makeValueStorable(value: unknown): unknown {
  if (typeof value === 'string') return makeStorable(value);
  if (Array.isArray(value)) return value.map(makeValueStorable);
  if (value === null || typeof value !== 'object' || isExactNumber(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [makeStorable(key), makeValueStorable(inner)]));
}
