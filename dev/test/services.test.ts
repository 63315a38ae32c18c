/** How services are started. */
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

it('leaves the heap of other services to Node', () => {
  expect(nodeOptions({}, {})).toEqual([]);
});
