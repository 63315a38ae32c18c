/** Whether two answers say the same, and where they first do not. */
import { isDeepStrictEqual } from 'node:util';
import type { Table } from './query-case.js';

const shown = (value: unknown) => JSON.stringify(value)?.slice(0, 200) ?? 'nothing';

/** @returns undefined when they are equal and say something. */
export function firstDifference(tables: Table[], expected: Table[]): string | undefined {
  if (expected.every((table) => table.length === 0)) return 'there is nothing to compare';
  for (let number = 0; number < Math.max(tables.length, expected.length); number += 1) {
    const [table = [], other = []] = [tables[number], expected[number]];
    const row = Array.from({ length: Math.max(table.length, other.length) }).findIndex(
      (_, index) => !isDeepStrictEqual(table[index], other[index]),
    );
    if (row >= 0) return `table ${number + 1}, row ${row + 1}: ${shown(table[row])} instead of ${shown(other[row])}`;
  }
  return undefined;
}
