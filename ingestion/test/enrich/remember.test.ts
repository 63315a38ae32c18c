import { expect, it } from 'vitest';
import { remember } from '../../src/enrich/remember.js';

function createCounted(most: number) {
  const computed: string[] = [];
  const find = remember(most, (key) => {
    computed.push(key);
    return key.toUpperCase();
  });
  return { find, computed };
}

it('computes a result once while it is used now and then', () => {
  const { find, computed } = createCounted(4);
  for (let count = 0; count < 20; count += 1) {
    expect(find('often')).toBe('OFTEN');
    find(`once ${count}`);
  }
  expect(computed.filter((key) => key === 'often')).toEqual(['often']);
});

it('keeps at most its limit, and drops results that are not used', () => {
  const { find, computed } = createCounted(4);
  const keys = ['a', 'b', 'c', 'd', 'e'];
  for (const key of keys) find(key);
  computed.length = 0;
  for (const key of keys.toReversed()) find(key);
  expect(computed).toEqual(['b', 'a']);
});

it('does not keep long keys, which would fill the memory', () => {
  const { find, computed } = createCounted(4);
  for (const length of [512, 512, 513, 513]) find('x'.repeat(length));
  expect(computed.map(({ length }) => length)).toEqual([512, 513, 513]);
});

it('does not confuse a lone surrogate with its replacement character', () => {
  const { find, computed } = createCounted(4);
  for (const key of ['\ud800', '\ufffd', '\ud800']) find(key);
  expect(computed).toEqual(['\ud800', '\ufffd']);
});
