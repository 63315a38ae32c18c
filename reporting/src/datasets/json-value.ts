import { exactDigits, isExactNumber, parseExactJson } from '@millrace/shared/platform/exact-json';
import type { Column } from './dataset.js';

/** Replaces numbers that a double cannot hold by strings, at any depth. Properties are at most five levels deep. */
function readableJson(value: unknown): unknown {
  if (isExactNumber(value)) return exactDigits(value) ?? null;
  if (Array.isArray(value)) return value.map(readableJson);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, readableJson(inner)]));
}

/** The JSON value of a cell. Decimals and large integers stay strings, so no JSON parser rounds them. */
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
