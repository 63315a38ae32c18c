import { expect, it } from 'vitest';
import { nodeOptions } from '../src/start/services.js';

it.each([
  [undefined, ['--max-old-space-size=512']],
  ['--trace-warnings', ['--max-old-space-size=512']],
  ['--max-old-space-size=2048', []],
  ['--trace-warnings --max_old_space_size=2048', []],
])('limits the heap unless NODE_OPTIONS does: %s', (NODE_OPTIONS, expected) => {
  expect(nodeOptions({ heapMb: 512 }, { NODE_OPTIONS })).toEqual(expected);
});

it('limits the young generation unless NODE_OPTIONS does', () => {
  const heap = { heapMb: 512, youngHeapMb: 4 };
  expect(nodeOptions(heap, {})).toEqual(['--max-old-space-size=512', '--max-semi-space-size=4']);
  expect(nodeOptions(heap, { NODE_OPTIONS: '--max_semi_space_size=16' })).toEqual(['--max-old-space-size=512']);
});

it('does not limit the heap of other services', () => {
  expect(nodeOptions({}, {})).toEqual([]);
});
