/** What Postgres can store: `text` and `jsonb` refuse NUL and lone surrogates, which become U+FFFD. */
import { isExactNumber } from './exact-json.js';

export const storableText = (text: string): string => text.replaceAll('\0', '\uFFFD').toWellFormed();

/** The same of all texts in a value, and of keys. Recursion is bounded: properties are at most five levels deep. */
export function storableValue(value: unknown): unknown {
  if (typeof value === 'string') return storableText(value);
  if (Array.isArray(value)) return value.map(storableValue);
  if (value === null || typeof value !== 'object' || isExactNumber(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [storableText(key), storableValue(inner)]));
}
