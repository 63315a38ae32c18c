import { expect, it } from 'vitest';
import { createGrouper } from '../src/segments/group-rows.js';

const size = 2_000;

it('keeps groups apart by three keys, two of which have too many combinations to be numbered directly', () => {
  const rows = 30_000;
  const codes = (factor: number) => Uint32Array.from({ length: rows }, (_, row) => (row * factor) % size);
  const columns = new Map([7, 11, 13].map((factor) => [`column-${factor}`, codes(factor)]));
  const grouper = createGrouper([...columns.keys()].map((column) => ({ by: 'column', column, size })));
  const groups = grouper.groupsOf({ rows, startMs: 0, columns }, 'all');
  const keysOfRow = (row: number) => [...columns.values()].map((list) => list[row]!);
  const rowsWithOtherKeys = Array.from({ length: rows }, (_, row) => row).filter(
    (row) => String(grouper.keysOf(groups[row]!)) !== String(keysOfRow(row)),
  );
  expect(rowsWithOtherKeys).toEqual([]);
  expect(grouper.size()).toBe(new Set(groups).size);
});
