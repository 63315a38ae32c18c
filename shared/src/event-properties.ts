/** The limits of an event's properties: how many, how deep, how long. */
import { mostDigits } from './decimal.js';
import { exactDigits, isExactNumber, markedExtra } from './exact-json.js';

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

/**
 * Checks, without recursion and with bounded work: 64 keys in each object, five levels (the properties object itself is the
 * first), 8 KB as JSON in UTF-8 with every number as it is stored.
 */
export function checkProperties(properties: object): PropertiesProblem | undefined {
  const pending: Pending[] = [{ value: properties, depth: 1 }];
  // Every value costs at least two bytes of JSON, so that more values than bytes are too many in any case.
  let values = 0;
  let exactNumbers = 0;
  let exactBytes = 0;
  for (let next = pending.pop(); next; next = pending.pop()) {
    if (next.depth > propertyLimits.depth) return broken(`must be nested at most ${propertyLimits.depth} levels deep`);
    const inner = Array.isArray(next.value) ? next.value : Object.values(next.value);
    if (!Array.isArray(next.value) && inner.length > propertyLimits.keys) {
      return broken(`must have at most ${propertyLimits.keys} keys in an object`);
    }
    values += inner.length;
    if (values > propertyLimits.bytes) return broken(`must have at most ${propertyLimits.bytes} bytes`);
    for (const value of inner) {
      if (isTooLong(value)) return tooLongNumber(properties);
      if (isExactNumber(value)) {
        exactNumbers += 1;
        exactBytes += exactDigits(value)?.length ?? 0;
      } else if (typeof value === 'object' && value !== null) pending.push({ value, depth: next.depth + 1 });
    }
  }
  // Thousands of numbers such as 1e8000 would be a text of many megabytes.
  if (exactBytes > propertyLimits.bytes) return broken(`must have at most ${propertyLimits.bytes} bytes`);
  const bytes = Buffer.byteLength(JSON.stringify(properties)) - exactNumbers * markedExtra;
  return bytes > propertyLimits.bytes ? broken(`must have at most ${propertyLimits.bytes} bytes`) : undefined;
}
