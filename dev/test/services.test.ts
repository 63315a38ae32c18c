import { expect, it } from 'vitest';
import { nodeOptions } from '../src/services.js';

it.each([
  [undefined, ['--max-old-space-size=512']],
  ['--trace-warnings', ['--max-old-space-size=512']],
  ['--max-old-space-size=2048', []],
  ['--trace-warnings --max_old_space_size=2048', []],
])('bounds the heap where NODE_OPTIONS %s does not', (NODE_OPTIONS, expected) => {
  expect(nodeOptions({ heapMb: 512 }, { NODE_OPTIONS })).toEqual(expected);
});

it('bounds the young generation where NODE_OPTIONS does not', () => {
  const heap = { heapMb: 512, youngHeapMb: 4 };
  expect(nodeOptions(heap, {})).toEqual(['--max-old-space-size=512', '--max-semi-space-size=4']);
  expect(nodeOptions(heap, { NODE_OPTIONS: '--max_semi_space_size=16' })).toEqual(['--max-old-space-size=512']);
});

it('leaves the heap of other services to Node', () => {
  expect(nodeOptions({}, {})).toEqual([]);
});
