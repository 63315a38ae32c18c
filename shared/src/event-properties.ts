/** Turns an event's properties into the limit that they break, or into nothing when they keep all. */

export const propertyLimits = { keys: 64, depth: 5, bytes: 8_192 } as const;

/**
 * Checks, without recursion and with bounded work: 64 keys in each object, five levels (the properties object itself is the
 * first), 8 KB as JSON in UTF-8, finite numbers (JSON's 1e999 is none).
 */
export function checkProperties(properties: object): string | undefined {
  const pending: { value: object; depth: number }[] = [{ value: properties, depth: 1 }];
  // Every value costs at least two bytes of JSON, so that more values than bytes are too many in any case.
  let values = 0;
  for (let next = pending.pop(); next; next = pending.pop()) {
    if (next.depth > propertyLimits.depth) return `must be nested at most ${propertyLimits.depth} levels deep`;
    const inner = Array.isArray(next.value) ? next.value : Object.values(next.value);
    if (!Array.isArray(next.value) && inner.length > propertyLimits.keys) {
      return `must have at most ${propertyLimits.keys} keys in an object`;
    }
    values += inner.length;
    if (values > propertyLimits.bytes) return `must have at most ${propertyLimits.bytes} bytes`;
    for (const value of inner) {
      if (typeof value === 'number' && !Number.isFinite(value)) return 'must hold only finite numbers';
      if (typeof value === 'object' && value !== null) pending.push({ value, depth: next.depth + 1 });
    }
  }
  const bytes = Buffer.byteLength(JSON.stringify(properties));
  return bytes > propertyLimits.bytes ? `must have at most ${propertyLimits.bytes} bytes` : undefined;
}
