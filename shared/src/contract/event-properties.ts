import { exactDigits, isExactNumber, markerOverhead } from '../platform/exact-json.js';
import { maxDigits } from './decimal.js';

export const propertyLimits = { keys: 64, depth: 5, bytes: 8_192 } as const;

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

/** Numbers are stored exactly, so only those with too many digits are refused. */
const isTooLong = (value: unknown) =>
  typeof value === 'number' ? !Number.isFinite(value) : isExactNumber(value) && exactDigits(value) === undefined;

/** Locates the number in `properties` that is too long; the path is truncated. */
function tooLongNumber(properties: object): PropertiesProblem {
  const problem = `must be a number of at most ${maxDigits} digits when written without an exponent`;
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

interface Totals {
  values: number;
  /** Upper bound of the size as JSON in UTF-8, without exact numbers. */
  maxBytes: number;
  exactNumbers: number;
  exactBytes: number;
}

/** With quotes, comma and colon; a character may become an escape of six bytes. */
const maxTextBytes = (text: string) => 6 * text.length + 4;
/** Any number, such as `-1.2345678901234567e-308`, boolean or pair of brackets, with its comma. */
const maxOtherBytes = 26;

/** Checks the values of one object or array, and adds nested objects and arrays to `pending`. */
function checkLevel(
  { value, depth }: Pending,
  totals: Totals,
  pending: Pending[],
): PropertiesProblem | 'too long' | undefined {
  if (depth > propertyLimits.depth) return tooDeep;
  const keys = Array.isArray(value) ? [] : Object.keys(value);
  if (keys.length > propertyLimits.keys) return tooManyKeys;
  for (const key of keys) totals.maxBytes += maxTextBytes(key);
  const inner: unknown[] = Array.isArray(value) ? value : Object.values(value);
  totals.values += inner.length;
  // Every value takes at least two bytes of JSON.
  if (totals.values > propertyLimits.bytes) return tooLarge;
  for (const item of inner) {
    if (isExactNumber(item)) {
      const digits = exactDigits(item);
      if (digits === undefined) return 'too long';
      totals.exactNumbers += 1;
      totals.exactBytes += digits.length;
      // Thousands of numbers such as 1e8000 would expand to many megabytes.
      if (totals.exactBytes > propertyLimits.bytes) return tooLarge;
      continue;
    }
    if (typeof item === 'number' && !Number.isFinite(item)) return 'too long';
    totals.maxBytes += typeof item === 'string' ? maxTextBytes(item) : maxOtherBytes;
    if (typeof item === 'object' && item !== null) pending.push({ value: item, depth: depth + 1 });
  }
  return undefined;
}

/** Serializes only if the upper bound exceeds the limit, because that costs more than all other checks. */
function isTooLarge(properties: object, { maxBytes, exactNumbers, exactBytes }: Totals): boolean {
  if (maxBytes + exactBytes <= propertyLimits.bytes) return false;
  return Buffer.byteLength(JSON.stringify(properties)) - exactNumbers * markerOverhead > propertyLimits.bytes;
}

/**
 * Checks the limits without recursion and with bounded work: 64 keys per object, five levels (the properties object is the
 * first), and 8 KB as JSON in UTF-8 with numbers as stored.
 */
export function checkProperties(properties: object): PropertiesProblem | undefined {
  const pending: Pending[] = [{ value: properties, depth: 1 }];
  const totals = { values: 0, maxBytes: maxOtherBytes, exactNumbers: 0, exactBytes: 0 };
  for (let next = pending.pop(); next; next = pending.pop()) {
    const problem = checkLevel(next, totals, pending);
    if (problem) return problem === 'too long' ? tooLongNumber(properties) : problem;
  }
  return isTooLarge(properties, totals) ? tooLarge : undefined;
}
