/** Proves what the bench asks for and how it puts times and plans on paper. */
import { expect, it } from 'vitest';
import { caseRows, engineRows, equalityRow } from '../src/query/case-rows.js';
import { readPlans } from '../src/query/explain-plans.js';
import { firstDifference } from '../src/query/first-difference.js';
import { growthRows } from '../src/query/growth-rows.js';
import { mixedQuestion } from '../src/query/mixed-questions.js';
import { shortName } from '../src/query/query-case.js';
import { queryCases } from '../src/query/query-cases.js';
import { speedupRow } from '../src/row.js';

it('asks for days that are as many as its name says with today, as today is in the zone asked for', () => {
  const cases = queryCases(Date.UTC(2025, 10, 14, 20)).all;
  const ranges = new Map(cases.map((asked) => [shortName(asked), asked.body.date_range]));
  expect([...ranges.keys()]).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'u', 'p', 'days']);
  expect(ranges.get('u')).toEqual(['2025-10-16', '2025-11-14']);
  expect(ranges.get('days')).toEqual(['2025-09-17', '2025-11-15']);
});

it('asks every user of the mix something else', () => {
  const letters = ['a', 'b', 'c', 'd', 'e', 'f'] as const;
  const bodies = Array.from({ length: 10 }, (_, turn) => JSON.stringify(mixedQuestion(0, turn, [...letters]).body));
  expect(new Set(bodies).size).toBe(10);
});

it('finds the first row in which answers differ, and takes no answer for none', () => {
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

const none = { rawMs: [4], engines: {}, differences: [] };
const totals = queryCases(0).all.find((asked) => shortName(asked) === 'u')!;

it('says of a question that reporting does not know that it was not measured, and of an engine that is not there why', () => {
  expect(caseRows(totals, none).map(({ notMeasured, bar }) => [notMeasured, bar])).toEqual([[true, '< 25 ms']]);
  const ours = { ms: [2], cpuMs: 3, postgresCpuMs: 1 };
  const sides = [
    { name: 'clickhouse' as const, label: 'chdb', ask: () => Promise.reject(new Error('not asked')) },
    { name: 'duckdb' as const, why: 'not installed' },
  ];
  const times = { ...none, ours, engines: { clickhouse: { ms: [5], cpuMs: 9 } } };
  expect(engineRows(totals, times, sides).map(({ ratio, met, note }) => [ratio, met, note])).toEqual([
    [3, true, 'p50 5.0 ms vs 2.0 ms'],
    [undefined, undefined, 'not installed'],
  ]);
});

it('counts the answers that differ', () => {
  expect(equalityRow(new Map([['u', none]]))).toMatchObject({ ours: 0, met: true });
  const differing = new Map([['u', { ...none, differences: ['duckdb: table 1'] }]]);
  expect(equalityRow(differing)).toMatchObject({ ours: 1, met: false, note: 'u, duckdb: table 1' });
});

it('takes half the time as twice as fast', () => {
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

it('says how times grow with the events, from the fewest to the most', () => {
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
