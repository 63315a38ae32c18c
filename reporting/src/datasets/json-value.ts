/** A value of a dataset as JSON has it. */
import type { Column } from './dataset.js';

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
      return JSON.parse(text);
    default:
      return text;
  }
}
