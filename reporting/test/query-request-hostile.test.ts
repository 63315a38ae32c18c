/** Any JSON value instead of a query is refused with the name of a field and its rule. */
import { ServiceError } from '@millrace/shared/platform/errors';
import { parseExactJson } from '@millrace/shared/platform/exact-json';
import { describe, expect, it } from 'vitest';
import { parseQuery } from '../src/query-request/parse-query.js';

const minimal = { site_id: 'demo', metrics: ['events'], date_range: 'day' };
const is = ['is', 'path', ['/']];
const nested = (levels: number, open: string, close: string) => open.repeat(levels) + close.repeat(levels);
const times = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);
const notNested = (levels: number): unknown => (levels === 1 ? is : ['not', notNested(levels - 1)]);

function refusalOf(input: unknown): { message: string; field: unknown } {
  try {
    parseQuery(input);
  } catch (error) {
    if (!(error instanceof ServiceError) || error.code !== 'invalid_request') throw error;
    return { message: error.message, field: (error.details as { field: unknown }).field };
  }
  throw new Error('was accepted');
}

const filter = (...filters: unknown[]) => ({ filters });

it.each<[Record<string, unknown>, string, string]>([
  [{ site_id: 'a b' }, 'site_id', 'site_id may only contain letters'],
  [{ site_id: 7 }, 'site_id', 'site_id must be a string'],
  [{ site_id: ['demo'] }, 'site_id', 'site_id must be a string'],
  [{ site_id: 'x'.repeat(65) }, 'site_id', 'site_id must have at most 64 characters'],
  [{ site_id: undefined }, 'site_id', 'site_id is required'],
  [{ metrics: [] }, 'metrics', 'metrics must have at least one item'],
  [{ metrics: 'events' }, 'metrics', 'metrics must be an array'],
  [
    { metrics: ['event:'] },
    'metrics',
    'metrics[0] is "event:", which is not a metric; event: must be followed by a type',
  ],
  [{ metrics: ['event:a\0'] }, 'metrics', 'metrics[0] is "event:a\\u0000", which is not a metric'],
  [{ metrics: [`event:${'x'.repeat(65)}`] }, 'metrics', '…", which is not a metric; event: must be followed by a type'],
  [{ metrics: ['x'.repeat(1e6)] }, 'metrics', 'x…", which is not a metric; the metrics are events, views'],
  [{ metrics: ['\ud800'] }, 'metrics', 'metrics[0] is "\ufffd", which is not a metric'],
  [{ metrics: [''] }, 'metrics', 'metrics[0] is "", which is not a metric'],
  [{ metrics: ['events', null] }, 'metrics', 'metrics[1] must be a string'],
  [{ metrics: ['events', 'events'] }, 'metrics', 'metrics[1] is a duplicate of an earlier item'],
  [{ metrics: times(21, 0).map((_, index) => `event:${index}`) }, 'metrics', 'metrics must have at most 20 items'],
  [{ date_range: undefined }, 'date_range', 'date_range is required'],
  [{ date_range: 'fortnight' }, 'date_range', 'date_range must be one of day, 24h, 7d'],
  [{ date_range: 7 }, 'date_range', 'date_range must be one of'],
  [
    { date_range: 'last week' },
    'date_range',
    'date_range is "last week", which is not a range; did you mean last_week?',
  ],
  [{ date_range: '7D' }, 'date_range', 'did you mean 7d?'],
  [{ date_range: `${' '.repeat(1e6)}7d` }, 'date_range', ' …", which is not a range; did you mean 7d?'],
  [{ date_range: '2026-01-01' }, 'date_range', 'is a single date; for that day write ["2026-01-01", "2026-01-01"]'],
  [{ date_range: ['2026-01-01'] }, 'date_range', 'date_range must be one of'],
  [{ date_range: ['2026-01-01', '2026-01-02', '2026-01-03'] }, 'date_range', 'date_range must be one of'],
  [{ date_range: ['2026-01-01', 20260102] }, 'date_range', 'date_range[1] must be a string'],
  [{ date_range: ['2026-01-01', ['2026-01-02']] }, 'date_range', 'date_range[1] must be a string'],
  [{ date_range: { from: '2026-01-01' } }, 'date_range', 'date_range must be one of'],
  [{ timezone: '+02:00' }, 'timezone', 'timezone must be an IANA time zone'],
  [{ timezone: "UTC'; drop table events" }, 'timezone', 'timezone must be an IANA time zone'],
  [{ timezone: null }, 'timezone', 'timezone must be a string'],
  [{ dimensions: ['user_id'] }, 'dimensions', 'dimensions[0] must not be user_id: it can only be used in filters'],
  [
    { dimensions: ['time:decade'] },
    'dimensions',
    'dimensions[0] is "time:decade", which is not a dimension; it must be one of time:minute',
  ],
  [{ dimensions: ['plan'] }, 'dimensions', 'which is not a dimension; did you mean property:plan? It must be'],
  [{ dimensions: ['props.plan'] }, 'dimensions', 'did you mean property:plan?'],
  [{ dimensions: ['paths'] }, 'dimensions', 'did you mean path?'],
  [{ dimensions: ['day'] }, 'dimensions', 'did you mean time:day?'],
  [{ filter: [] }, 'filter', 'filter is not a field of a query; did you mean filters?'],
  [{ include: { comparision: 'x' } }, 'include.comparision', 'is not a field of a query; did you mean comparison?'],
  [{ dimensions: ['property:'] }, 'dimensions', 'which is not a dimension; it must be one of'],
  [{ dimensions: [`property:${'x'.repeat(129)}`] }, 'dimensions', 'which is not a dimension; it must be one of'],
  [{ dimensions: ['property:\ud800'] }, 'dimensions', 'which is not a dimension; it must be one of'],
  [{ dimensions: ['path', 'path'] }, 'dimensions', 'dimensions[1] is a duplicate of an earlier item'],
  [{ dimensions: ['time:day', 'time:hour'] }, 'dimensions', 'dimensions must have at most one time dimension'],
  [
    { dimensions: ['a', 'b', 'c', 'd', 'e'].map((name) => `property:${name}`) },
    'dimensions',
    'dimensions must have at most 4 items',
  ],
  [
    { order_by: ['events', 'desc'] },
    'order_by',
    'order_by[0] must be a pair inside the list, such as [["views","desc"]]',
  ],
  [{ order_by: 'events' }, 'order_by', 'order_by must be a list of pairs, such as [["views","desc"]]'],
  [{ order_by: [['events']] }, 'order_by', 'order_by[0] must be [metric or dimension, asc or desc]'],
  [{ order_by: [['events', 'up']] }, 'order_by', 'order_by[0][1] must be one of asc, desc'],
  [{ order_by: [['views', 'asc']] }, 'order_by', 'order_by[0][0] must be a metric or a dimension of this query'],
  [{ order_by: times(2, ['events', 'asc']) }, 'order_by', 'order_by[1][0] is in the order already'],
  [{ include: null }, 'include', 'include must be an object'],
  [{ include: [] }, 'include', 'include must be an object'],
  [{ include: { rows: true } }, 'include.rows', 'include.rows is not a field of a query'],
  [
    { include: { match: 'weekday' } },
    'include.match',
    'include.match sets how to compare, so it requires include.comparison',
  ],
  [{ include: { total_rows: 1 } }, 'include.total_rows', 'include.total_rows must be a boolean'],
  [{ include: { comparison: 'last_week' } }, 'include.comparison', 'include.comparison must be previous_period'],
  [{ include: JSON.parse('{"__proto__":1}') }, 'include.__proto__', 'include.__proto__ is not a field of a query'],
  [{ pagination: { limit: 0 } }, 'pagination.limit', 'pagination.limit must be at least 1'],
  [{ pagination: { limit: 10_001 } }, 'pagination.limit', 'pagination.limit must be at most 10000'],
  [{ pagination: { limit: '5' } }, 'pagination.limit', 'pagination.limit must be a number'],
  [{ pagination: { limit: Number.POSITIVE_INFINITY } }, 'pagination.limit', 'pagination.limit cannot be infinity'],
  [{ pagination: { offset: 1e300 } }, 'pagination.offset', 'pagination.offset must be a safe number'],
  [{ pagination: { offset: 1.5 } }, 'pagination.offset', 'pagination.offset must be an integer'],
  [{ limit: 5 }, 'limit', 'limit is not a field of a query; use pagination.limit'],
  [{ offset: 5 }, 'offset', 'offset is not a field of a query; use pagination.offset'],
  [JSON.parse('{"__proto__":{"site_id":"x"}}'), '__proto__', '__proto__ is not a field of a query'],
  [{ constructor: 1 }, 'constructor', 'constructor is not a field of a query'],
])('%j is refused, naming %s', (change, field, message) => {
  // Spreading would lose a field called __proto__.
  const body = Object.hasOwn(change, '__proto__') ? Object.assign(change, minimal) : { ...minimal, ...change };
  const refusal = refusalOf(body);
  expect(refusal.field).toBe(field);
  expect(refusal.message).toContain(message);
});

describe('filters', () => {
  it.each<[Record<string, unknown>, string]>([
    [{ filters: 'path = /' }, 'filters must be a list'],
    [filter(7), 'filters[0] must be a list'],
    [filter('equals', 'path', ['/']), 'filters must begin with one of is, is_not'],
    [filter([['is'], 'path', ['/']]), 'filters[0] must begin with one of is, is_not'],
    [filter(['constructor', 'path', ['/']]), 'filters[0] must begin with one of'],
    [filter(is, []), 'filters[1] must begin with one of'],
    [filter('is', 'path'), 'filters must have three elements'],
    [filter('is', 'path', ['/'], { case_sensitive: false }, 1), 'filters must have three elements'],
    [filter('is', 'path', ['/'], { case_sensitive: 0 }), 'filters[3] must be {"case_sensitive": true} or'],
    [filter('is', 'path', ['/'], {}), 'filters[3] must be {"case_sensitive": true} or'],
    [filter('is', 'path', ['/'], null), 'filters[3] must be {"case_sensitive": true} or'],
    [filter('is', 'path', ['/'], [false]), 'filters[3] must be {"case_sensitive": true} or'],
    [filter('is', 'path', ['/'], JSON.parse('{"__proto__":{"case_sensitive":false}}')), 'filters[3] must be'],
    [filter('is', 'path', ['/'], { case_sensitive: false, x: 1 }), 'filters[3] must be {"case_sensitive": true} or'],
    [filter('greater', 'property:n', [1], { case_sensitive: false }), 'filters must have three elements'],
    [filter('is_set', 'path', []), 'filters must have two elements: "is_set" and a dimension'],
    [filter('is_set', 7), 'filters[1] must be one of event_type'],
    [filter('is_not_set'), 'filters must have two elements'],
    [filter('greater', 'path', [1]), 'filters[1] must be property:<name>, since "greater" compares numbers'],
    [filter('less', 'user_id', [1]), 'filters[1] must be property:<name>'],
    [filter('greater', 'property:n', 1), 'filters[2] must be a list of one number'],
    [filter('greater', 'property:n', [1, 2]), 'filters[2] must be a list of one number'],
    [
      filter('between', 'property:n', [5, 1]),
      'filters[2] must have the smaller number first: there is no number between 5 and 1',
    ],
    [filter('between', 'property:n', [-1, '-1.0000000000000000001']), 'filters[2] must have the smaller number first'],
    [filter('between', 'property:n', ['0.2', '0.10']), 'filters[2] must have the smaller number first'],
    [filter('between', 'property:n', [1]), 'filters[2] must be a list of two numbers, the minimum and the maximum'],
    [filter('greater', 'property:n', [null]), 'filters[2][0] must be a number such as 12.5'],
    [filter('greater', 'property:n', ['1e5']), 'filters[2][0] must be a number such as 12.5'],
    [filter('greater', 'property:n', ['NaN']), 'filters[2][0] must be a number such as 12.5'],
    [filter('greater', 'property:n', [' 1']), 'filters[2][0] must be a number such as 12.5'],
    [filter('greater', 'property:n', ['1\n']), 'filters[2][0] must be a number such as 12.5'],
    [filter('greater', 'property:n', [1e300]), 'filters[2][0] must be a number such as 12.5'],
    [filter('greater', 'property:n', [JSON.parse('1e999')]), 'filters[2][0] must be a number such as 12.5'],
    [filter('greater', 'property:n', ['9'.repeat(101)]), 'filters[2][0] must be a number of at most 100 digits'],
    [filter('greater', 'property:n', ['9'.repeat(1e6)]), 'filters[2][0] must be a number such as 12.5'],
    [filter('less', 'property:n', [parseExactJson('5e-8000')]), 'filters[2][0] must be a number such as 12.5'],
    [filter('less', 'property:n', [parseExactJson('5e-9000')]), 'filters[2][0] must be a number such as 12.5'],
    [filter('is', 'path', [parseExactJson('9007199254740993')]), 'filters[2][0] must be text'],
    [
      filter('is', 'property:price', [12.5]),
      'filters[2][0] must be text; between, greater and less compare numbers, as in ["between","property:price",[12.5,12.5]]',
    ],
    [filter('is', 'time:day', ['2026-01-01']), 'which is not a dimension; '],
    [filter('is', 'visitor', ['x']), 'which is not a dimension; '],
    [filter('is', ['path'], ['/']), 'filters[1] must be one of event_type'],
    [filter('is', 'property:\0', ['/']), 'which is not a dimension; '],
    [filter('is', 'path', '/'), 'filters[2] must be a list of 1 to 100 values, such as ["/"]'],
    [filter('is', 'path', []), 'filters[2] must be a list of 1 to 100 values'],
    [filter('is', 'path', times(101, '/')), 'filters[2] must be a list of 1 to 100 values'],
    [filter('is', 'path', [7]), 'filters[2][0] must be text'],
    [filter('is', 'path', ['/', ['/']]), 'filters[2][1] must be text'],
    [filter('is', 'path', ['\0']), 'filters[2][0] must have at most 2048 characters without NUL'],
    [filter('is', 'path', ['\udc00']), 'filters[2][0] must have at most 2048 characters'],
    [filter('is', 'path', ['x'.repeat(2_049)]), 'filters[2][0] must have at most 2048 characters'],
    [filter('contains', 'path', [null]), 'filters[2][0] must be text; only is and is_not accept null'],
    [filter('matches', 'path', ['x'.repeat(257)]), 'filters[2][0] must have at most 256 characters'],
    [filter('matches', 'path', ['(a)\\1']), 'filters[2][0] must not contain back-references'],
    [filter('matches', 'path', ['a(?=b)']), 'filters[2][0] must not contain lookahead or lookbehind'],
    [filter('matches_not', 'path', ['(?<!a)b']), 'filters[2][0] must not contain lookahead or lookbehind'],
    [filter('matches', 'path', ['\\\\(?!a)']), 'filters[2][0] must not contain lookahead or lookbehind'],
    [filter('matches', 'path', ['(?i)a']), 'filters[2][0] must not contain options such as (?i)'],
    [filter('matches', 'path', ['***=a']), 'filters[2][0] must not start with ***'],
    [filter('and', []), 'filters[1] must be a list of one or more filters'],
    [filter('or', is), 'filters[1][0] must be a list'],
    [filter('not', is, is), 'filters must have two elements: "not" and one filter'],
    [
      filter('not', [is]),
      'filters must have two elements: "not" and one filter, such as ["not", ["is", "path", ["/"]]]',
    ],
    [filter('or', is, is), 'such as ["or", [["is", "path", ["/"]]]]'],
    [filter('is', 'property:ok', [true]), 'filters[2][0] must be text, such as "true"'],
    [filter(notNested(6)), 'filters[0][1][1][1][1][1] is nested too deeply; the limit is 5 levels'],
    [filter(...times(51, is)), 'filters[50] is one condition too many; the limit is 50'],
    [filter('or', times(51, ['and', [is]])), 'filters[1][50][1][0] is one condition too many'],
  ])('%j are refused', (change, message) => {
    const refusal = refusalOf({ ...minimal, ...change });
    expect(refusal).toEqual({ field: 'filters', message: expect.stringContaining(message) });
  });

  it.each([
    ['empty', nested(20_000, '[', ']'), 'filters[0] must begin with one of'],
    ['of "not"', `${'["not",'.repeat(9_000)}1${']'.repeat(9_000)}`, 'is nested too deep'],
  ])('thousands of nested lists, %s, are refused', (_what, json, message) => {
    expect(refusalOf({ ...minimal, filters: JSON.parse(json) }).message).toContain(message);
  });

  it.each([
    ['depth 5', filter(notNested(5))],
    ['50 conditions', filter(...times(50, is))],
    ['100 values', filter('is', 'path', times(100, 'x'))],
    ['2,048 characters outside the basic plane', filter('is', 'path', ['😀'.repeat(2_048)])],
  ])('%s is within the limit', (_what, change) => {
    expect(parseQuery({ ...minimal, ...change }).siteId).toBe('demo');
  });
});

describe('values that are not queries at all', () => {
  const values = ['null', '1', '""', '[]', '"site_id"', '[{}]', 'true', '{}', '{"":0}', nested(20_000, '[', ']')];
  const deepObject = `${'{"include":'.repeat(9_000)}1${'}'.repeat(9_000)}`;
  it('are refused', () => {
    for (const json of [...values, deepObject]) expect(refusalOf(JSON.parse(json)).message).not.toBe('');
  });
  it('every JSON value in every place is either accepted or refused', () => {
    const odd = [...values, '1e999', '-0', '"\\u0000"', '"\\ud800"', '{"__proto__":{}}', '[["is"]]', deepObject];
    const fields = ['site_id', 'metrics', 'date_range', 'timezone', 'dimensions', 'filters', 'order_by', 'pagination'];
    for (const field of [...fields, 'include', 'x'.repeat(5_000), '\ud800', '{#label}']) {
      for (const json of odd) {
        const value: unknown = JSON.parse(json);
        for (const placed of [value, [value], [value, value], { [field]: value }, { limit: value }]) {
          try {
            parseQuery({ ...minimal, [field]: placed });
          } catch (error) {
            expect(error).toBeInstanceOf(ServiceError);
            expect((error as ServiceError).message.length).toBeLessThan(600);
          }
        }
      }
    }
  });
});
