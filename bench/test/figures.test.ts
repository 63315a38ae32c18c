import { expect, it } from 'vitest';
import { formatRows } from '../src/results/format-results.js';
import { summarizeProfiles } from '../src/results/profile.js';
import { limitRow, median, memoryGrowthRow, percentile, ratioRow } from '../src/row.js';

it('computes the median as the middle value or the mean of the middle two', () => {
  expect([median([3, 1, 2]), median([4, 1, 3, 2]), median([])]).toEqual([2, 2.5, Number.NaN]);
});

it('computes percentiles by nearest rank, so that p99 of few values is the largest', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => index + 1);
  expect([percentile(hundred, 50), percentile(hundred, 99), percentile([7, 5], 99)]).toEqual([50, 99, 7]);
});

it('compares medians, so that one disturbed round does not matter', () => {
  const row = ratioRow('single', [4_000, 100, 4_200], [1_000, 1_000, 1_000], 4);
  expect(row).toMatchObject({ ours: 4_000, reference: 1_000, ratio: 4, bar: '>= 4x', met: true });
});

it('misses a limit that is reached exactly, because the value must be below it', () => {
  expect([limitRow('memory', 250, 250, 'MB').met, limitRow('memory', 249.9, 250, 'MB').met]).toEqual([false, true]);
});

it('does not judge the growth of memory with too few samples', () => {
  expect(memoryGrowthRow('memory', [90, 100, 104, 150, 125])).toMatchObject({ ours: 25, unit: '%', met: false });
  expect(formatRows([memoryGrowthRow('memory', [90, 100])]).at(-1)).toBe(
    '| memory, growth from second to last fifth |      |           |       | < 10 % | not measured |        | too short: 2 samples |',
  );
});

it('prints rows as a Markdown table', () => {
  expect(formatRows([ratioRow('batch', [90_000], [3_000], 20), limitRow('memory', 251, 250, 'MB')])).toEqual([
    '| measure | ours            | reference      | ratio | bar      | result | rounds          |',
    '| ------- | --------------- | -------------- | ----- | -------- | ------ | --------------- |',
    '| batch   | 90,000 events/s | 3,000 events/s | 30.0x | >= 20x   | met    | 90,000 vs 3,000 |',
    '| memory  | 251 MB          |                |       | < 250 MB | missed |                 |',
  ]);
});

it('splits the busy time of a profile among functions and packages, without idle time', () => {
  const frame = (functionName: string, url: string) => ({ functionName, url, lineNumber: 1 });
  const nodes = [
    { id: 1, callFrame: frame('(idle)', '') },
    { id: 2, callFrame: frame('validate', 'file:///a/node_modules/.pnpm/joi@18/node_modules/joi/lib/keys.js') },
    { id: 3, callFrame: frame('', 'file:///a/ingestion/dist/event-lane.js') },
  ];
  const summary = summarizeProfiles([
    { nodes, samples: [1, 2, 3, 1], timeDeltas: [0, 1_000_000, 3_000_000, 1_000_000] },
  ]);
  expect(summary).toEqual({
    busySeconds: 4,
    idleSeconds: 1,
    packages: [
      { what: 'joi', percent: 75 },
      { what: 'ingestion', percent: 25 },
    ],
    functions: [
      { what: 'validate [joi keys.js]', percent: 75 },
      { what: '(anonymous) [ingestion event-lane.js]', percent: 25 },
    ],
  });
});
