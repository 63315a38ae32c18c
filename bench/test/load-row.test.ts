/** A rate that the server did not set is neither met nor missed, and its row says who set it. */
import { expect, it } from 'vitest';
import type { LoadTool } from '../src/load/load.js';
import { idleNote, type LoadRounds, loadInfoRow, loadRatioRow } from '../src/load-row.js';
import { formatRows } from '../src/results/format-results.js';
import { idleShare, watchIdle } from '../src/sides/idle-watch.js';

const wrk: LoadTool = { name: 'wrk 4', run: () => Promise.reject(new Error('not used')) };
const autocannon: LoadTool = { ...wrk, name: 'autocannon 9', caution: 'made by autocannon' };

const rounds = (rates: number[], serverIdle: number[], loadIdle = [0.5]): LoadRounds => ({
  server: 'ingestion',
  rates,
  serverIdle,
  loadIdle,
});
const busy = { ...rounds([100], [0.02]), server: 'express' };

it('judges a rate of a server that was busy in all but a tenth of the round', () => {
  const row = loadRatioRow(wrk, 'single', rounds([340, 330, 350], [0.1, 0.3, 0.05]), busy, 3.3);
  expect(row).toMatchObject({ ratio: 3.4, bar: '>= 3.3x', met: true });
  expect([row.note, row.notMeasured]).toEqual([undefined, undefined]);
});

it('says of a server that waited for its load that it was not measured, although the bar is met', () => {
  const row = loadRatioRow(wrk, 'single', rounds([340], [0.4], [0.03]), busy, 3.3);
  expect(row).toMatchObject({ met: true, notMeasured: true, note: 'generator-bound: ingestion idle 40 %' });
  expect(formatRows([row])[2]).toMatch(/\| not measured \|.*\| generator-bound: ingestion idle 40 % \|$/);
});

it('does not judge by a reference that was idle', () => {
  const reference = { ...rounds([100], [0.2], [0.6]), server: 'express' };
  expect(loadRatioRow(wrk, 'single', rounds([340], [0]), reference, 3.3)).toMatchObject({
    notMeasured: true,
    note: 'bound by something else: express idle 20 %, generator idle 60 %',
  });
});

it('names autocannon in every row that it made', () => {
  expect(loadRatioRow(autocannon, 'single', rounds([340], [0]), busy).note).toBe('by autocannon 9');
  expect(loadInfoRow(autocannon, 'single', rounds([340], [0.5], [0])).note).toBe(
    'generator-bound: ingestion idle 50 %; by autocannon 9',
  );
  expect(idleNote(busy)).toBeUndefined();
});

it('leaves out of the idle time what lies before the load, and counts the wait for a core as busy', () => {
  const samples = [
    { atMs: 0, busyMs: 0 },
    { atMs: 1_000, busyMs: 0 },
    { atMs: 2_000, busyMs: 900 },
    { atMs: 3_000, busyMs: 1_500 },
  ];
  expect(idleShare(samples, 2)).toBe(0.25);
  expect(idleShare(samples.slice(0, 1), 2)).toBe(0);
});

it('sees this very process compute', () => {
  const watch = watchIdle(process.pid);
  const end = performance.now() + 300;
  while (performance.now() < end) Math.random();
  expect(watch.stop(0.2)).toBeLessThan(0.5);
});
