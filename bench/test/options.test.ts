import { expect, it } from 'vitest';
import { parseOptions } from '../src/options.js';

const measures = ['single', 'batch', 'drain'];

it('runs every measure by default', () => {
  expect(parseOptions([], measures)).toEqual({
    help: false,
    quick: false,
    profile: false,
    fullGrowth: false,
    against: undefined,
    names: measures,
  });
});

it('runs the named measures in the order of the list, and ignores the -- that pnpm passes on', () => {
  expect(parseOptions(['--', 'drain', 'single', '--profile'], measures)).toMatchObject({
    profile: true,
    names: ['single', 'drain'],
  });
});

it('requires a commit for --against', () => {
  expect(parseOptions(['single', '--against', '294aa32'], measures)).toMatchObject({
    against: '294aa32',
    names: ['single'],
  });
  expect(() => parseOptions(['--against'], measures)).toThrow(/'--against <value>' argument missing/);
});

it('refuses an unknown measure and lists the measures', () => {
  expect(() => parseOptions(['sinlge'], measures)).toThrow(
    'There is no measure "sinlge"; choose from single, batch, drain.',
  );
});
