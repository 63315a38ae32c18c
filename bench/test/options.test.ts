/** Proves what the command line of the bench understands. */
import { expect, it } from 'vitest';
import { parseOptions } from '../src/options.js';

const known = ['single', 'batch', 'drain'];

it('runs every measure when none is named', () => {
  expect(parseOptions([], known)).toEqual({
    help: false,
    quick: false,
    profile: false,
    fullGrowth: false,
    names: known,
  });
});

it('runs the named measures in its own order, with the dashes that pnpm hands on', () => {
  expect(parseOptions(['--', 'drain', 'single', '--profile'], known)).toMatchObject({
    profile: true,
    names: ['single', 'drain'],
  });
});

it('refuses an unknown measure with the names of those it knows', () => {
  expect(() => parseOptions(['sinlge'], known)).toThrow(
    'There is no measure "sinlge"; known are single, batch, drain.',
  );
});
