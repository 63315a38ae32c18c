/** What is kept of answers, and what is not. */
import { expect, it } from 'vitest';
import { remember } from '../../src/enrich/remember.js';

function createCounted(most: number) {
  const asked: string[] = [];
  const find = remember(most, (key) => {
    asked.push(key);
    return key.toUpperCase();
  });
  return { find, asked };
}

it('finds an answer once while it is asked for now and then', () => {
  const { find, asked } = createCounted(4);
  for (let count = 0; count < 20; count += 1) {
    expect(find('often')).toBe('OFTEN');
    find(`once ${count}`);
  }
  expect(asked.filter((key) => key === 'often')).toEqual(['often']);
});

it('keeps no more than it may, and forgets what nobody asks for', () => {
  const { find, asked } = createCounted(4);
  const keys = ['a', 'b', 'c', 'd', 'e'];
  for (const key of keys) find(key);
  asked.length = 0;
  for (const key of keys.toReversed()) find(key);
  expect(asked).toEqual(['b', 'a']);
});

it('does not keep long questions, which would fill the memory', () => {
  const { find, asked } = createCounted(4);
  for (const length of [512, 512, 513, 513]) find('x'.repeat(length));
  expect(asked.map(({ length }) => length)).toEqual([512, 513, 513]);
});

it('does not take a broken text for the one that stands in its place', () => {
  const { find, asked } = createCounted(4);
  for (const key of ['\ud800', '\ufffd', '\ud800']) find(key);
  expect(asked).toEqual(['\ud800', '\ufffd']);
});
