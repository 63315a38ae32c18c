/** What the engine keeps of a site when an erasure changes its epoch. */
import { expect, it } from 'vitest';
import { createMemory } from '../../src/segments/memory.js';
import { emptyTail } from '../../src/segments/tail.js';

const snapshot = { xmin: 1, xmax: 1, running: [], isStandby: false };
const tailOf = (generation: string) => emptyTail({ siteId: 'demo', generation, snapshot, lastVisitorNo: 0 });

it('drops the texts of a site, and of no other, as soon as another epoch is requested', () => {
  const memory = createMemory(100_000);
  memory.keepDictionary('other', '1 0', 'path', { values: ['/other'] });
  const { size } = memory;
  memory.keepDictionary('demo', '1 0', 'path', { values: ['/erased'] });
  memory.keepDictionary('demo', '1 0', 'referrer', { values: ['erased.example'] });
  memory.keepTail('demo', tailOf('history 1 0'), 1_000);
  expect(memory.dictionary('demo', '1 1', 'path')).toBeUndefined();
  expect(memory.size).toBe(size);
  expect(memory.dictionary('other', '1 0', 'path')).toEqual({ values: ['/other'] });
});

it('keeps events that were already read in the new epoch', () => {
  const memory = createMemory(100_000);
  memory.keepDictionary('demo', '1 0', 'path', { values: ['/erased'] });
  memory.keepTail('demo', tailOf('history 1 1'), 1_000);
  expect(memory.dictionary('demo', '1 1', 'path')).toBeUndefined();
  expect(memory.tail('demo')).toBeDefined();
});
