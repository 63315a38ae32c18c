import { expect, it } from 'vitest';
import { beginTask, taskFloat64s, taskUint32s } from '../src/segments/task-memory.js';

it('reuses the memory of the previous task, filled with zeros, and never for two arrays at once', () => {
  beginTask();
  const first = [taskUint32s(1_001).fill(7), taskFloat64s(500).fill(7), taskUint32s(3).fill(7)];
  // After a task that needed more, the next one has enough.
  beginTask();
  const [numbers, doubles, more] = [taskUint32s(1_001), taskFloat64s(500), taskUint32s(3)];
  expect(numbers.every((value) => value === 0) && doubles.every((value) => value === 0)).toBe(true);
  expect(numbers.buffer).toBe(doubles.buffer);
  expect(numbers.buffer).not.toBe(first[0]!.buffer);
  numbers.fill(1);
  doubles.fill(2);
  more.fill(3);
  expect([new Set(numbers), new Set(doubles), new Set(more)]).toEqual([new Set([1]), new Set([2]), new Set([3])]);
  expect(more.buffer).toBe(numbers.buffer);
  beginTask();
  const again = [taskUint32s(1_001), taskFloat64s(500), taskUint32s(3)];
  for (const list of again) {
    expect(list.buffer).toBe(numbers.buffer);
    expect(new Set(list)).toEqual(new Set([0]));
  }
});
