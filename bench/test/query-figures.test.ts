import { cpus } from 'node:os';
import { expect, it } from 'vitest';
import { caseRows, engineRows, equalityRow, growthRows } from '../src/query/case-rows.js';
import { readPlans } from '../src/query/explain-plans.js';
import { shortName } from '../src/query/query-case.js';
import { mixedCase, queryCases } from '../src/query/query-cases.js';
import { firstDifference } from '../src/query/time-case.js';
import { speedupRow } from '../src/row.js';

it('queries as many days as the case says, up to today in its time zone', () => {
  const cases = queryCases(Date.UTC(2025, 10, 14, 20)).all;
  const ranges = new Map(cases.map((queryCase) => [shortName(queryCase), queryCase.body.date_range]));
  expect([...ranges.keys()]).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'u', 'p', 'days']);
  expect(ranges.get('u')).toEqual(['2025-10-16', '2025-11-14']);
  expect(ranges.get('days')).toEqual(['2025-09-17', '2025-11-15']);
});

it('never repeats a query of the mix', () => {
  const letters = ['a', 'b', 'c', 'd', 'e', 'f'] as const;
  const bodies = Array.from({ length: 10 }, (_, turn) => JSON.stringify(mixedCase(0, turn, [...letters]).body));
  expect(new Set(bodies).size).toBe(10);
});

it('finds the first row in which answers differ, and reports empty answers', () => {
  expect(firstDifference([[['/', 1]], [['a', 2]]], [[['/', 1]], [['a', 2]]])).toBeUndefined();
  expect(firstDifference([[['/', 1]], [['a', 2]]], [[['/', 1]], [['a', 3]]])).toBe(
    'table 2, row 1: ["a",2] instead of ["a",3]',
  );
  expect(
    firstDifference(
      [[['/', 1]]],
      [
        [
          ['/', 1],
          ['/b', 1],
        ],
      ],
    ),
  ).toBe('table 1, row 2: nothing instead of ["/b",1]');
  expect(firstDifference([[]], [[]])).toBe('there is nothing to compare');
});

const none = { rawMs: [4] };
const totals = queryCases(0).all.find((queryCase) => shortName(queryCase) === 'u')!;

it('does not measure a query that reporting does not support', () => {
  expect(caseRows(totals, none).map(({ notMeasured, bar }) => [notMeasured, bar])).toEqual([[true, '< 25 ms']]);
  expect(engineRows(totals, none, 10_000_000).map(({ notMeasured }) => notMeasured)).toEqual([true, true]);
});

it('compares with frozen figures over the same number of events, and judges only on the same machine', () => {
  const ours = { ms: [2], cpuMs: 9.65, postgresCpuMs: 1 };
  const rows = engineRows(totals, { ...none, ours }, 10_000_000);
  expect(rows.map(({ reference, ratio, note }) => [reference, Math.round(ratio!), note])).toEqual([
    [96.5, 10, 'p50 57.4 ms vs 2.0 ms; reference: AMD EPYC, 2 cores, 2026-11-27'],
    [207, 21, 'p50 113.3 ms vs 2.0 ms; reference: AMD EPYC, 2 cores, 2026-11-27'],
  ]);
  const isSameMachine = cpus().length === 2 && cpus()[0]!.model.trim() === 'AMD EPYC';
  expect(rows.map(({ met, notMeasured }) => [met, notMeasured ?? false])).toEqual([
    [true, !isSameMachine],
    [true, !isSameMachine],
  ]);
  expect(engineRows(totals, { ...none, ours }, 20_000).map(({ note }) => note)).toEqual([
    'the frozen reference is for larger amounts',
    'the frozen reference is for larger amounts',
  ]);
});

it('counts answers that differ', () => {
  expect(equalityRow(new Map([['u', none]]))).toMatchObject({ ours: 0, met: true });
  const differing = new Map([['u', { ...none, difference: 'table 1' }]]);
  expect(equalityRow(differing)).toMatchObject({ ours: 1, met: false, note: 'u, table 1' });
});

it('counts half the time as twice as fast', () => {
  expect(speedupRow('views', [2, 50, 1], [4, 5, 4], 3)).toEqual({
    measure: 'views',
    ours: 2,
    unit: 'ms',
    reference: 4,
    ratio: 2,
    bar: '>= 3x',
    met: false,
  });
});

it('compares times over the most events with those over the fewest', () => {
  const times = (ms: number[]) => new Map([['views', ms]]);
  const rows = growthRows([
    { events: 10_000_000, times: times([6, 8, 7]) },
    { events: 1_000_000, times: times([2, 2, 3]) },
  ]);
  expect(rows).toEqual([
    {
      measure: 'query: growth of the time when events grow 10-fold, views',
      ours: 7,
      unit: 'ms',
      reference: 2,
      ratio: 3.5,
      bar: '< 10x',
      met: true,
      rounds: 'p50 1 M: 2.0 · 10 M: 7.0; p95 1 M: 3.0 · 10 M: 8.0',
    },
  ]);
});

it('finds the plans of reporting in the log of Postgres, and nothing else', () => {
  const log = [
    '2025-11-14 12:00:00 UTC [7] LOG:  duration: 2100.000 ms  statement: /* reporting.slow */ select 1',
    '2025-11-14 12:00:00 UTC [7] LOG:  duration: 0.017 ms  plan:',
    '\tQuery Text: /* reporting.siteTimezone */ select timezone',
    '\tResult  (cost=0.00..0.01 rows=1 width=4)',
    '2025-11-14 12:00:00 UTC [8] LOG:  duration: 0.010 ms  plan:',
    '\tQuery Text: select 1',
    '\tResult',
    '',
  ].join('\n');
  expect(readPlans(log)).toEqual([
    'duration: 0.017 ms  plan:\nQuery Text: /* reporting.siteTimezone */ select timezone\nResult  (cost=0.00..0.01 rows=1 width=4)',
  ]);
});
