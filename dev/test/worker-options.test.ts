import { expect, it } from 'vitest';
import { readWorkerOptions } from '../src/start/worker-options.js';

const names = (...args: string[]) => readWorkerOptions(args).processes.map(({ name }) => name);

it('starts workers and scheduler, or one of both', () => {
  expect(names()).toEqual(['processor', 'reporting-worker', 'scheduler']);
  expect(names('--no-cron')).toEqual(['processor', 'reporting-worker']);
  expect(names('--cron-only')).toEqual(['scheduler']);
  expect(readWorkerOptions(['--help']).help).toBe(true);
});

it.each([
  [['--no-cron', '--cron-only'], 'exclude each other'],
  [['--nonsense'], "Unknown option '--nonsense'"],
  [['all'], 'Unexpected argument'],
])('refuses %j', (args, sentence) => {
  expect(() => readWorkerOptions(args)).toThrow(sentence);
});
