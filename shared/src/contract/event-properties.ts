/** The limits of an event's properties: how many, how deep, how long. */

import { exactDigits, isExactNumber, markedExtra } from '../platform/exact-json.js';
import { mostDigits } from './decimal.js';

export const propertyLimits = { keys: 64, depth: 5, bytes: 8_192 } as const;

/** Which limit is broken, and by which property where it is one. */
export interface PropertiesProblem {
  problem: string;
  /** `properties`, or the path of the property. */
  field: string;
}

interface Pending {
  value: object;
  depth: number;
}

const broken = (problem: string): PropertiesProblem => ({ problem, field: 'properties' });

/** Numbers are kept exactly, so that only one that is too long to be written out is refused. */
const isTooLong = (value: unknown) =>
  typeof value === 'number' ? !Number.isFinite(value) : isExactNumber(value) && exactDigits(value) === undefined;

/** Where in `properties` the too long number is; long keys are cut. */
function tooLongNumber(properties: object): PropertiesProblem {
  const problem = `must be a number of at most ${mostDigits} digits when it is written out`;
  const pending: { value: object; path: string }[] = [{ value: properties, path: 'properties' }];
  for (let next = pending.pop(); next; next = pending.pop()) {
    for (const [key, inner] of Object.entries(next.value)) {
      const path = `${next.path}.${key}`;
      if (isTooLong(inner)) return { problem, field: path.slice(0, 128) };
      if (typeof inner === 'object' && inner !== null) pending.push({ value: inner, path });
    }
  }
  return broken(problem);
}

const tooDeep = broken(`must be nested at most ${propertyLimits.depth} levels deep`);
const tooManyKeys = broken(`must have at most ${propertyLimits.keys} keys in an object`);
const tooLarge = broken(`must have at most ${propertyLimits.bytes} bytes`);

/** What has been seen of the properties so far. */
interface Seen {
  values: number;
  /** What it takes at most as JSON in UTF-8, without exact numbers. */
  mostBytes: number;
  exactNumbers: number;
  exactBytes: number;
}

/** With quotes, comma and colon; a character may be an escape of six bytes. */
const mostBytesOf = (text: string) => 6 * text.length + 4;
/** Any number, `-1.2345678901234567e-308` for instance, truth value or pair of brackets, with its comma. */
const mostBytesOfOther = 26;

/** Looks at the values of one object or array, and adds those that have values of their own to `pending`. */
function look({ value, depth }: Pending, seen: Seen, pending: Pending[]): PropertiesProblem | 'too long' | undefined {
  if (depth > propertyLimits.depth) return tooDeep;
  const keys = Array.isArray(value) ? [] : Object.keys(value);
  if (keys.length > propertyLimits.keys) return tooManyKeys;
  for (const key of keys) seen.mostBytes += mostBytesOf(key);
  const inner: unknown[] = Array.isArray(value) ? value : Object.values(value);
  seen.values += inner.length;
  // Every value costs at least two bytes of JSON.
  if (seen.values > propertyLimits.bytes) return tooLarge;
  for (const item of inner) {
    if (isExactNumber(item)) {
      const digits = exactDigits(item);
      if (digits === undefined) return 'too long';
      seen.exactNumbers += 1;
      seen.exactBytes += digits.length;
      // Thousands of numbers such as 1e8000 would be a text of many megabytes.
      if (seen.exactBytes > propertyLimits.bytes) return tooLarge;
      continue;
    }
    if (typeof item === 'number' && !Number.isFinite(item)) return 'too long';
    seen.mostBytes += typeof item === 'string' ? mostBytesOf(item) : mostBytesOfOther;
    if (typeof item === 'object' && item !== null) pending.push({ value: item, depth: depth + 1 });
  }
  return undefined;
}

/** What cannot be too large by any count is not written out, which would cost more than all other checks. */
function isTooLarge(properties: object, { mostBytes, exactNumbers, exactBytes }: Seen): boolean {
  if (mostBytes + exactBytes <= propertyLimits.bytes) return false;
  return Buffer.byteLength(JSON.stringify(properties)) - exactNumbers * markedExtra > propertyLimits.bytes;
}

/**
 * Checks, without recursion and with bounded work: 64 keys in each object, five levels (the properties object itself is the
 * first), 8 KB as JSON in UTF-8 with every number as it is stored.
 */
export function checkProperties(properties: object): PropertiesProblem | undefined {
  const pending: Pending[] = [{ value: properties, depth: 1 }];
  const seen = { values: 0, mostBytes: mostBytesOfOther, exactNumbers: 0, exactBytes: 0 };
  for (let next = pending.pop(); next; next = pending.pop()) {
    const problem = look(next, seen, pending);
    if (problem) return problem === 'too long' ? tooLongNumber(properties) : problem;
  }
  return isTooLarge(properties, seen) ? tooLarge : undefined;
}
