/** A value of a dataset as JSON has it. */
import { exactDigits, isExactNumber, parseExactJson } from '@millrace/shared/platform/exact-json';
import type { Column } from './dataset.js';

/** Numbers that no double holds as text, at any depth: properties are at most five levels deep. */
function readableJson(value: unknown): unknown {
  if (isExactNumber(value)) return exactDigits(value) ?? null;
  if (Array.isArray(value)) return value.map(readableJson);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, readableJson(inner)]));
}

/** Integers that a double cannot hold, and decimals, stay text: no reader of JSON changes a digit of them. */
export function jsonValue({ type }: Column, text: string | null): unknown {
  if (text === null) return null;
  switch (type) {
    case 'integer':
      return Number.isSafeInteger(Number(text)) ? Number(text) : text;
    case 'number':
      return Number(text);
    case 'boolean':
      return text === 'true';
    case 'json':
      return readableJson(parseExactJson(text));
    default:
      return text;
  }
}
