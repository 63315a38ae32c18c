import { expect, it } from 'vitest';
import { idleNote, type LoadRounds, loadInfoRow, loadRatioRow } from '../src/load/load-row.js';
import { formatRows } from '../src/results/format-results.js';
import { idleShare, watchIdle } from '../src/sides/process-usage.js';

const rounds = (rates: number[], serverIdle: number[], loadIdle = [0.5]): LoadRounds => ({
  server: 'ingestion',
  rates,
  serverIdle,
  loadIdle,
});
const busy = { ...rounds([100], [0.02]), server: 'express' };

it('judges the rate of a server that was idle for at most a tenth of the round', () => {
  const row = loadRatioRow('single', rounds([340, 330, 350], [0.1, 0.3, 0.05]), busy, 3.3);
  expect(row).toMatchObject({ ratio: 3.4, bar: '>= 3.3x', met: true });
  expect([row.note, row.notMeasured]).toEqual([undefined, undefined]);
});

it('does not judge the rate of a server that waited for its load, although the bar is met', () => {
  const row = loadRatioRow('single', rounds([340], [0.4], [0.03]), busy, 3.3);
  expect(row).toMatchObject({ met: true, notMeasured: true, note: 'generator-bound: ingestion idle 40 %' });
  expect(formatRows([row])[2]).toMatch(/\| not measured \|.*\| generator-bound: ingestion idle 40 % \|$/);
});

it('does not judge against a reference that was idle', () => {
  const reference = { ...rounds([100], [0.2], [0.6]), server: 'express' };
  expect(loadRatioRow('single', rounds([340], [0]), reference, 3.3)).toMatchObject({
    notMeasured: true,
    note: 'bound by something else: express idle 20 %, generator idle 60 %',
  });
});

it('adds the same note to a rate without a reference', () => {
  expect(loadInfoRow('single', rounds([340], [0.5], [0])).note).toBe('generator-bound: ingestion idle 50 %');
  expect(idleNote(busy)).toBeUndefined();
});

it('ignores the time before the load, and counts waiting for a core as busy', () => {
  const samples = [
    { atMs: 0, busyMs: 0 },
    { atMs: 1_000, busyMs: 0 },
    { atMs: 2_000, busyMs: 900 },
    { atMs: 3_000, busyMs: 1_500 },
  ];
  expect(idleShare(samples, 2)).toBe(0.25);
  expect(idleShare(samples.slice(0, 1), 2)).toBe(0);
});

it('detects that this process is busy', () => {
  const watch = watchIdle(process.pid);
  const end = performance.now() + 300;
  while (performance.now() < end) Math.random();
  expect(watch.stop(0.2)).toBeLessThan(0.5);
});
