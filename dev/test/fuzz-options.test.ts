import { expect, it } from 'vitest';
import { readFuzzOptions } from '../src/suite/fuzz-options.js';

const read = (...args: string[]) => readFuzzOptions(args, () => 1_790_000_123_456);

it('runs for a minute with a seed from the clock, for the given time, or for one round with the given seed', () => {
  expect(read()).toEqual({ help: false, minutes: 1, seed: 123_456 });
  expect(read('--minutes', '0.5')).toEqual({ help: false, minutes: 0.5, seed: 123_456 });
  expect(read('--seed', '7')).toEqual({ help: false, minutes: undefined, seed: 7 });
  expect(read('--', '--seed', '7', '--minutes', '60')).toEqual({ help: false, minutes: 60, seed: 7 });
  expect(read('--help').help).toBe(true);
});

it.each([
  [['--nonsense'], "Unknown option '--nonsense'"],
  [['5'], 'Unexpected argument'],
  [['--minutes', 'many'], '--minutes many is not a number'],
  [['--minutes', '0'], '--minutes 0 is not a number of 0.01 or more'],
  [['--seed', ''], 'is not a number'],
])('refuses %j', (args, sentence) => {
  expect(() => read(...args)).toThrow(sentence);
});
