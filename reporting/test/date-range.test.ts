/** The meaning of named ranges at a given time and in a time zone. */
import { describe, expect, it } from 'vitest';
import { parseQuery } from '../src/query-request/parse-query.js';
import { resolveQuery } from '../src/query-request/resolve-query.js';
import type { QueryContext } from '../src/query-request/resolve-span.js';

const context: QueryContext = { siteTimezone: 'Europe/Berlin', now: new Date('2026-11-23T10:07:30.500Z') };

function resolve(body: Record<string, unknown>, overrides = context) {
  const request = parseQuery({ site_id: 'demo', metrics: ['events'], ...body });
  return resolveQuery(request, overrides);
}
const instants = ({ from, to }: { from: Date; to: Date }) => [from.toISOString(), to.toISOString()];
const rangeOf = (date_range: unknown, overrides?: QueryContext) => instants(resolve({ date_range }, overrides).range);

const tonight = '2026-11-23T23:00:00.000Z';

describe('date_range', () => {
  it.each([
    ['day', '2026-11-22T23:00:00.000Z', tonight],
    ['7d', '2026-11-16T23:00:00.000Z', tonight],
    // Summer time ended on 25 October.
    ['28d', '2026-10-26T23:00:00.000Z', tonight],
    ['30d', '2026-10-24T22:00:00.000Z', tonight],
    ['month', '2026-10-31T23:00:00.000Z', tonight],
    ['6mo', '2026-05-31T22:00:00.000Z', tonight],
    ['12mo', '2025-11-30T23:00:00.000Z', tonight],
    ['year', '2025-12-31T23:00:00.000Z', tonight],
    ['yesterday', '2026-11-21T23:00:00.000Z', '2026-11-22T23:00:00.000Z'],
    ['week', '2026-11-22T23:00:00.000Z', tonight],
    ['last_week', '2026-11-15T23:00:00.000Z', '2026-11-22T23:00:00.000Z'],
    ['last_month', '2026-09-30T22:00:00.000Z', '2026-10-31T23:00:00.000Z'],
    ['quarter', '2026-09-30T22:00:00.000Z', tonight],
    ['last_quarter', '2026-06-30T22:00:00.000Z', '2026-09-30T22:00:00.000Z'],
    ['last_year', '2024-12-31T23:00:00.000Z', '2025-12-31T23:00:00.000Z'],
    ['1d', '2026-11-22T23:00:00.000Z', tonight],
    ['90d', '2026-08-25T22:00:00.000Z', tonight],
    ['24h', '2026-11-22T10:07:30.500Z', '2026-11-23T10:07:30.500Z'],
    ['realtime', '2026-11-23T09:37:30.500Z', '2026-11-23T10:07:30.500Z'],
    [['2026-10-25', '2026-10-25'], '2026-10-24T22:00:00.000Z', '2026-10-25T23:00:00.000Z'],
    [['2026-01-01T00:00:00Z', '2026-01-01T01:30:00+01:00'], '2026-01-01T00:00:00.000Z', '2026-01-01T00:30:00.000Z'],
  ])('%s is from %s to %s', (written, from, to) => {
    expect(rangeOf(written)).toEqual([from, to]);
  });

  it('starts weeks on Sunday if the query says so', () => {
    const sunday = (date_range: string) => instants(resolve({ date_range, week_start: 'sunday' }).range);
    expect(sunday('week')).toEqual(['2026-11-21T23:00:00.000Z', tonight]);
    expect(sunday('last_week')).toEqual(['2026-11-14T23:00:00.000Z', '2026-11-21T23:00:00.000Z']);
    const { buckets } = resolve({
      date_range: ['2026-11-13', '2026-11-16'],
      week_start: 'sunday',
      dimensions: ['time:week'],
    });
    expect(buckets?.labels).toEqual(['2026-11-08', '2026-11-15']);
  });

  it('keeps instants to the millisecond', () => {
    expect(rangeOf(['2026-11-15T08:55:20.419Z', '2026-11-23T08:32:38.5951+01:00'])).toEqual([
      '2026-11-15T08:55:20.419Z',
      '2026-11-23T07:32:38.595Z',
    ]);
  });

  it('uses the time zone of the query, where today may be another day', () => {
    const { range, timezone } = resolve({ date_range: 'day', timezone: 'Pacific/Auckland' });
    expect([timezone, ...instants(range)]).toEqual([
      'Pacific/Auckland',
      '2026-11-22T11:00:00.000Z',
      '2026-11-23T11:00:00.000Z',
    ]);
  });

  it('counts months back across the end of a year and from the last day of a long month', () => {
    const now = new Date('2026-01-31T12:00:00Z');
    expect(rangeOf('6mo', { siteTimezone: 'UTC', now })).toEqual([
      '2025-08-01T00:00:00.000Z',
      '2026-02-01T00:00:00.000Z',
    ]);
  });

  describe('all', () => {
    it('runs from the day of the first event to the end of today', () => {
      const events = { firstEvent: new Date('2024-02-29T23:30:00Z'), lastEvent: new Date('2026-11-20T00:00:00Z') };
      expect(rangeOf('all', { ...context, ...events })).toEqual(['2024-02-29T23:00:00.000Z', tonight]);
    });
    it("extends to the end of the last event's day if that is in the future", () => {
      const ahead = new Date('2026-11-24T08:00:00Z');
      expect(rangeOf('all', { ...context, firstEvent: ahead, lastEvent: ahead })).toEqual([
        '2026-11-23T23:00:00.000Z',
        '2026-11-24T23:00:00.000Z',
      ]);
    });
    it('is today without events', () => {
      expect(rangeOf('all')).toEqual(['2026-11-22T23:00:00.000Z', tonight]);
    });
  });

  it('is empty, with an empty time axis, if the zone skipped its only day', () => {
    const { range, buckets } = resolve({
      date_range: ['2011-12-30', '2011-12-30'],
      timezone: 'Pacific/Apia',
      dimensions: ['time:day'],
    });
    expect([range.from, buckets]).toEqual([range.to, { unit: 'day', bounds: [range.to], labels: [] }]);
  });

  it.each([
    [['2026-02-29', '2026-03-01'], 'date_range has the date 2026-02-29, which does not exist'],
    [['2026-01-01', '2026-01-01T00:00:00Z'], 'date_range must be one of day, 24h'],
    [
      ['2026-01-01 00:00', '2026-01-02 00:00'],
      'date_range has the time 2026-01-01 00:00 without a time zone: write 2026-01-01T00:00Z, or an offset such as +05:30',
    ],
    [['01.01.2026', '02.01.2026'], 'date_range must be one of day, 24h'],
    [['2026-01-02', '2026-01-01'], 'date_range must not begin after it ends'],
    [['2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z'], 'date_range must begin before it ends'],
    [['1999-12-31', '2000-01-01'], 'date_range must lie between 2000-01-01 and 2100-12-31'],
    [['2100-12-31', '2101-01-01'], 'date_range must lie between 2000-01-01 and 2100-12-31'],
    [['1999-12-31T23:59:59Z', '2000-01-02T00:00:00Z'], 'date_range must lie between 2000-01-01 and 2100-12-31'],
    [['2000-01-01', '2030-01-01'], 'date_range must not be longer than 30 years (10,958 days)'],
    [['2000-01-01T00:00:00Z', '2030-01-02T00:00:00Z'], 'date_range must not be longer than 30 years (10,958 days)'],
  ])('refuses %j: %s', (date_range, message) => {
    expect(() => resolve({ date_range })).toThrow(message);
  });
});

describe('include.comparison', () => {
  const compare = (date_range: unknown, comparison: unknown) =>
    instants(resolve({ date_range, include: { comparison } }).comparison!.range);

  it.each([
    // 24 hours are compared with a day of 25, since both are days.
    [['2026-10-26', '2026-10-26'], 'previous_period', '2026-10-24T22:00:00.000Z', '2026-10-25T23:00:00.000Z'],
    ['7d', 'previous_period', '2026-11-09T23:00:00.000Z', '2026-11-16T23:00:00.000Z'],
    // 23 days, compared with the first 23 days of the month before.
    ['month', 'previous_period', '2026-09-30T22:00:00.000Z', '2026-10-23T22:00:00.000Z'],
    ['24h', 'previous_period', '2026-11-21T10:07:30.500Z', '2026-11-22T10:07:30.500Z'],
    ['realtime', 'previous_period', '2026-11-23T09:07:30.500Z', '2026-11-23T09:37:30.500Z'],
    [['2024-02-28', '2024-02-29'], 'year_over_year', '2023-02-27T23:00:00.000Z', '2023-02-28T23:00:00.000Z'],
    // Today, of which 11 hours have passed.
    ['day', 'previous_period', '2026-11-21T23:00:00.000Z', '2026-11-22T10:07:30.500Z'],
    ['day', 'year_over_year', '2025-11-22T23:00:00.000Z', '2025-11-23T10:07:30.500Z'],
    ['1d', 'previous_period', '2026-11-21T23:00:00.000Z', '2026-11-22T23:00:00.000Z'],
    // In 2026 summer time ends in this night; in 2025 it had not ended yet.
    [
      ['2026-10-25T00:30:00Z', '2026-10-25T02:30:00Z'],
      'year_over_year',
      '2025-10-25T00:30:00.000Z',
      '2025-10-25T02:30:00.000Z',
    ],
    ['day', ['2020-01-01', '2020-01-31'], '2019-12-31T23:00:00.000Z', '2020-01-31T23:00:00.000Z'],
  ])('%j with %s is from %s to %s', (range, comparison, from, to) => {
    expect(compare(range, comparison)).toEqual([from, to]);
  });

  it('has a time axis of the same unit', () => {
    const { comparison } = resolve({
      date_range: ['2026-11-02', '2026-11-03'],
      dimensions: ['time:day'],
      include: { comparison: 'previous_period' },
    });
    expect(comparison?.buckets?.labels).toEqual(['2026-10-31', '2026-11-01']);
  });

  describe('of a day that has not ended', () => {
    /** Each bucket that has a counterpart, with that counterpart, in local time. */
    function pairsOf(unit: string, now: string, timezone: string, include: object = {}) {
      const body = { date_range: 'day', timezone, dimensions: [`time:${unit}`] };
      const { buckets, comparison } = resolve(
        { ...body, include: { comparison: 'previous_period', ...include } },
        { siteTimezone: 'UTC', now: new Date(now) },
      );
      const { pairs, bounds } = comparison!.buckets!;
      expect(pairs).toHaveLength(buckets!.labels.length);
      return pairs.flatMap((place, index) =>
        place === null
          ? []
          : [[buckets!.labels[index], bounds[place]!.toISOString(), bounds[place + 1]!.toISOString()]],
      );
    }

    it('pairs each hour that has started with the same hour, the last one up to the same time', () => {
      expect(pairsOf('hour', '2026-11-23T02:07:30.500Z', 'UTC')).toEqual([
        ['2026-11-23T00:00:00+00:00', '2026-11-22T00:00:00.000Z', '2026-11-22T01:00:00.000Z'],
        ['2026-11-23T01:00:00+00:00', '2026-11-22T01:00:00.000Z', '2026-11-22T02:00:00.000Z'],
        ['2026-11-23T02:00:00+00:00', '2026-11-22T02:00:00.000Z', '2026-11-22T02:07:30.500Z'],
      ]);
    });
    it.each(['day', 'week', 'month', 'quarter', 'year'])('pairs its %s with as much of the day before', (unit) => {
      expect(pairsOf(unit, '2026-11-24T10:07:00Z', 'UTC').map((pair) => pair.slice(1))).toEqual([
        ['2026-11-23T00:00:00.000Z', '2026-11-23T10:07:00.000Z'],
      ]);
    });
    it.each(['day', 'week', 'month', 'quarter', 'year'])('pairs its %s with as much of the year before', (unit) => {
      // The same date, or the same day of the week with the same number.
      const date = unit === 'week' ? '2025-11-25' : '2025-11-24';
      const pairs = pairsOf(unit, '2026-11-24T10:07:00Z', 'UTC', { comparison: 'year_over_year' });
      expect(pairs.map((pair) => pair.slice(1))).toEqual([[`${date}T00:00:00.000Z`, `${date}T10:07:00.000Z`]]);
    });
    it('pairs days of the week if the query says so', () => {
      expect(pairsOf('day', '2026-11-24T10:07:00Z', 'UTC', { match: 'weekday' })).toEqual([
        ['2026-11-24', '2026-11-17T00:00:00.000Z', '2026-11-17T10:07:00.000Z'],
      ]);
    });
    it('uses clock time if one of the days has 23 or 25 hours', () => {
      // At noon of the day on which summer time ended, 13 hours have passed, and 12 of the day before.
      expect(pairsOf('day', '2026-11-01T17:00:00Z', 'America/New_York')).toEqual([
        ['2026-11-01', '2026-10-31T04:00:00.000Z', '2026-10-31T16:00:00.000Z'],
      ]);
      expect(pairsOf('day', '2026-03-09T16:00:00Z', 'America/New_York')).toEqual([
        ['2026-03-09', '2026-03-08T05:00:00.000Z', '2026-03-08T16:00:00.000Z'],
      ]);
    });
    it('pairs nothing if the zone skipped the day before, and at exactly midnight', () => {
      expect(pairsOf('day', '2011-12-30T20:00:00Z', 'Pacific/Apia')).toEqual([]);
      expect(pairsOf('hour', '2026-11-23T00:00:00Z', 'UTC')).toEqual([]);
    });
  });

  it('follows the rules of date_range', () => {
    expect(() => compare('day', ['2020-02-01', '2020-01-31'])).toThrow('include.comparison must not begin after');
  });
});
