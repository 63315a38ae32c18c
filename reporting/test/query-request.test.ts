/** How a query is parsed: its defaults, filters and order, and the same as URL parameters. */
import { describe, expect, it } from 'vitest';
import { echoQuery } from '../src/query-request/echo-query.js';
import { parseQuery } from '../src/query-request/parse-query.js';
import { queryFromParameters } from '../src/query-request/query-parameters.js';
import { resolveQuery } from '../src/query-request/resolve-query.js';

const minimal = { site_id: 'demo', metrics: ['events', 'visitors'], date_range: 'day' };
const circumstances = { siteTimezone: 'UTC', now: new Date('2026-11-23T10:00:00Z') };
const resolve = (more: Record<string, unknown> = {}) =>
  resolveQuery(parseQuery({ ...minimal, ...more }), circumstances);
const echo = (body: Record<string, unknown>) => {
  const request = parseQuery(body);
  return echoQuery(request, resolveQuery(request, circumstances));
};

it('fills in every default', () => {
  expect(resolve()).toEqual({
    siteId: 'demo',
    timezone: 'UTC',
    range: { from: new Date('2026-11-23T00:00:00Z'), to: new Date('2026-11-24T00:00:00Z') },
    metrics: ['events', 'visitors'],
    dimensions: [],
    orderBy: [],
    limit: 10_000,
    offset: 0,
    totalRows: false,
    timeLabels: false,
  });
});

describe('the echo', () => {
  it('returns the query as it was understood', () => {
    expect(echo(minimal)).toEqual({
      site_id: 'demo',
      metrics: ['events', 'visitors'],
      date_range: ['2026-11-23T00:00:00.000Z', '2026-11-24T00:00:00.000Z'],
      timezone: 'UTC',
      dimensions: [],
      filters: [],
      order_by: [],
      include: { total_rows: false, time_labels: false },
      pagination: { limit: 10_000, offset: 0 },
    });
  });
  it('is an equivalent query', () => {
    const { comparison_date_range, ...query } = echo({
      site_id: 'demo',
      metrics: ['event:buy now', 'share'],
      date_range: ['2026-10-01', '2026-10-02'],
      timezone: 'Asia/Kolkata',
      dimensions: ['time:hour', 'property:plan'],
      filters: ['is', 'path', ['/', '']],
      order_by: [['property:plan', 'desc']],
      include: { comparison: ['2025-10-01', '2025-10-02'], total_rows: true, time_labels: true },
      pagination: { limit: 5, offset: 10 },
    });
    expect(comparison_date_range).toEqual(['2025-09-30T18:30:00.000Z', '2025-10-02T18:30:00.000Z']);
    expect(query.filters).toEqual([['is', 'path', ['/', '']]]);
    expect(echo(query)).toEqual({ ...query, comparison_date_range });
  });
});

describe('the order', () => {
  it.each([
    [['time:day'], [['time:day', 'asc']]],
    [['path'], [['events', 'desc']]],
    [
      ['path', 'time:day'],
      [
        ['time:day', 'asc'],
        ['events', 'desc'],
      ],
    ],
  ])('of %j is %j by default', (dimensions, order) => {
    expect(resolve({ dimensions }).orderBy.map(({ key, direction }) => [key, direction])).toEqual(order);
  });
  it('is the requested one', () => {
    expect(resolve({ dimensions: ['path'], order_by: [['path', 'asc']] }).orderBy).toEqual([
      { key: 'path', direction: 'asc' },
    ]);
  });
});

describe('filters', () => {
  const is = { op: 'is', dimension: 'path', values: ['/'] };
  const nul = { op: 'is_not', dimension: 'property:a.b', values: [null, 'x'] };
  it.each([
    ['nothing', [], undefined],
    ['one expression', ['is', 'path', ['/']], is],
    ['a list of one', [['is', 'path', ['/']]], is],
    [
      'a list whose filters must all match',
      [
        ['is', 'path', ['/']],
        ['is_not', 'property:a.b', [null, 'x']],
      ],
      { op: 'and', filters: [is, nul] },
    ],
    [
      'and, or, not',
      [
        'or',
        [
          ['not', ['is', 'path', ['/']]],
          ['and', [['is_not', 'property:a.b', [null, 'x']]]],
        ],
      ],
      {
        op: 'or',
        filters: [
          { op: 'not', filter: is },
          { op: 'and', filters: [nul] },
        ],
      },
    ],
    [
      'a regular expression with an escaped bracket before a question mark',
      ['matches', 'path', ['^/(?:a|b)\\(?\\\\1$']],
      { op: 'matches', dimension: 'path', values: ['^/(?:a|b)\\(?\\\\1$'] },
    ],
  ])('may be %s', (_what, filters, expected) => {
    expect(resolve({ filters }).filter).toEqual(expected);
  });
});

describe('as parameters', () => {
  it('lists of names can be comma-separated, everything else is JSON', () => {
    expect(
      queryFromParameters({
        site_id: 'demo',
        metrics: 'events,visitors',
        date_range: '2026-01-01,2026-01-31',
        timezone: 'UTC',
        dimensions: '["property:a,b"]',
        filters: '["is","path",["/"]]',
        order_by: '[["events","asc"]]',
        include: '{"total_rows":true}',
        limit: '10',
        offset: '20',
      }),
    ).toEqual({
      site_id: 'demo',
      metrics: ['events', 'visitors'],
      date_range: ['2026-01-01', '2026-01-31'],
      timezone: 'UTC',
      dimensions: ['property:a,b'],
      filters: ['is', 'path', ['/']],
      order_by: [['events', 'asc']],
      include: { total_rows: true },
      pagination: { limit: 10, offset: 20 },
    });
  });
  it('the name of a range stays a name', () => {
    expect(queryFromParameters({ date_range: '7d' })).toEqual({ date_range: '7d' });
  });
  it.each([
    [{ filters: '[' }, 'filters must be JSON'],
    [{ metrics: ['events', 'views'] }, 'metrics must be given only once'],
    [{ where: '1=1' }, 'where is not a parameter of a query'],
    [{ limit: '1', pagination: '{}' }, 'limit must not be given beside pagination'],
    [JSON.parse('{"__proto__":"x"}'), '__proto__ is not a parameter of a query'],
  ])('%j is refused: %s', (parameters, message) => {
    expect(() => queryFromParameters(parameters)).toThrow(message);
  });
  it.each([
    [{ limit: 'ten' }, 'pagination.limit must be a number'],
    [{ limit: '99999999999999999999' }, 'pagination.limit must be a number'],
    [{ offset: '-1' }, 'pagination.offset must be a number'],
    [{ metrics: '' }, 'metrics[0] is "", which is not a metric'],
    [{ include: '{"__proto__":{}}' }, 'include.__proto__ is not a field of a query'],
  ])('%j is refused like its body: %s', (parameters, message) => {
    const all = { site_id: 'demo', metrics: 'events', date_range: 'day', ...parameters };
    expect(() => parseQuery(queryFromParameters(all))).toThrow(message);
  });
});
