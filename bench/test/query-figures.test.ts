/** Proves what the bench asks for and how it puts times and plans on paper. */
import { expect, it } from 'vitest';
import { readPlans } from '../src/query/explain-plans.js';
import { growthRows } from '../src/query/growth-rows.js';
import { queryCases } from '../src/query/query-cases.js';
import { speedupRow } from '../src/row.js';

it('asks for days that are 30 and 60 with today, as today is in the zone asked for', () => {
  const ranges = queryCases(Date.UTC(2025, 10, 14, 20)).map(({ body }) => body.date_range);
  expect(ranges).toEqual([
    ['2025-10-16', '2025-11-14'],
    ['2025-10-16', '2025-11-14'],
    ['2025-09-17', '2025-11-15'],
  ]);
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
