import { expect, it } from 'vitest';
import { parseArguments } from '../src/arguments.js';

it('processes every queue with its default concurrency', () => {
  expect(parseArguments([])).toEqual({
    help: false,
    concurrency: undefined,
    queues: ['event-ingest', 'analytics-aggregation', 'site-aggregation', 'metrics-calculation', 'cleanup'],
  });
});
it('accepts concurrency and queues', () => {
  const given = parseArguments(['--concurrency', '4', '--queues', 'event-ingest, event-ingest']);
  expect(given).toEqual({ help: false, concurrency: 4, queues: ['event-ingest'] });
});
it.each([
  [['--concurrency', '0'], '--concurrency must be a whole number from 1 to 1000, not 0'],
  [['--concurrency', 'many'], '--concurrency must be a whole number from 1 to 1000, not many'],
  [['--queues', 'nope'], '--queues: unknown queue "nope"; choose from event-ingest, analytics-aggregation'],
  [['--verbose'], "Unknown option '--verbose'"],
])('refuses %j with one sentence', (argv, sentence) => {
  expect(() => parseArguments(argv)).toThrow(sentence);
});
