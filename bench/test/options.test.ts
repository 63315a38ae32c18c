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
    against: undefined,
    names: known,
  });
});

it('runs the named measures in its own order, with the dashes that pnpm hands on', () => {
  expect(parseOptions(['--', 'drain', 'single', '--profile'], known)).toMatchObject({
    profile: true,
    names: ['single', 'drain'],
  });
});

it('takes a commit to measure against, and refuses to guess one', () => {
  expect(parseOptions(['single', '--against', '294aa32'], known)).toMatchObject({
    against: '294aa32',
    names: ['single'],
  });
  expect(() => parseOptions(['--against'], known)).toThrow(/'--against <value>' argument missing/);
});

it('refuses an unknown measure with the names of those it knows', () => {
  expect(() => parseOptions(['sinlge'], known)).toThrow(
    'There is no measure "sinlge"; known are single, batch, drain.',
  );
});
