import { dayOf } from '@millrace/shared/time/zone-days';
import { describe, expect, it } from 'vitest';
import { daysOf, periodOf, periodsOf, resolvePeriod } from '../../src/aggregations/periods.js';
import { hoursOf, hoursOfIntervals } from '../../src/aggregations/publisher-buckets.js';

it.each([
  ['day', '2026-03-08', '2026-03-08', '2026-03-08T05:00:00Z', '2026-03-09T04:00:00Z'],
  ['week', '2026-03-08', '2026-03-02', '2026-03-02T05:00:00Z', '2026-03-09T04:00:00Z'],
  ['week', '2027-01-03', '2026-12-28', '2026-12-28T05:00:00Z', '2027-01-04T05:00:00Z'],
  ['month', '2026-11-30', '2026-11-01', '2026-11-01T04:00:00Z', '2026-12-01T05:00:00Z'],
  ['quarter', '2026-12-31', '2026-10-01', '2026-10-01T04:00:00Z', '2027-01-01T05:00:00Z'],
  ['year', '2026-12-31', '2026-01-01', '2026-01-01T05:00:00Z', '2027-01-01T05:00:00Z'],
] as const)('a %s with %s in it starts on %s', (type, day, start, from, to) => {
  expect(periodOf(day, type, 'America/New_York')).toEqual({ type, start, from: new Date(from), to: new Date(to) });
});

it('returns each period once, in order, and no day that the time zone skipped', () => {
  const days = ['2011-12-31', '2011-12-30', '2011-12-29', '2011-12-31'];
  const starts = (type: 'day' | 'month') => periodsOf(days, type, 'Pacific/Apia').map(({ start }) => start);
  expect(starts('day')).toEqual(['2011-12-29', '2011-12-31']);
  expect(starts('month')).toEqual(['2011-12-01']);
});

it.each([
  ['current', '2026-11-20'],
  ['previous', '2026-11-19'],
  ['2026-02-28', '2026-02-28'],
])("resolves %s as of an instant in the site's time zone", (period, start) => {
  const data = { periodType: 'day' as const, period, at: '2026-11-19T19:00:00Z' };
  expect(resolvePeriod(data, 'Asia/Kolkata').start).toBe(start);
});

it('finds the previous period in the previous year', () => {
  const data = { periodType: 'quarter' as const, period: 'previous', at: '2026-01-01T00:00:00Z' };
  expect(resolvePeriod(data, 'UTC').start).toBe('2025-10-01');
});

describe.each([
  // A skipped day, and clock changes a minute after midnight and at midnight.
  ['Pacific/Apia', '2011-12-27'],
  ['America/St_Johns', '2006-10-27'],
  ['America/St_Johns', '2007-03-10'],
  ['Asia/Beirut', '2026-10-23'],
  ['America/New_York', '2026-03-07'],
])('in %s around %s', (zone, day) => {
  const quarters = Array.from({ length: 5 * 96 }, (_, number) => new Date(Date.parse(day) + number * 900_000));

  it('finds the same days in ascending and in descending order', () => {
    const days = [...new Set(quarters.map((quarter) => dayOf(quarter, zone)))];
    expect(daysOf(quarters, zone)).toEqual(days);
    expect(daysOf(quarters.toReversed(), zone)).toEqual(days.toReversed());
  });

  it('finds each hour once, from every 15-minute interval or from every third', () => {
    for (const some of [quarters, quarters.filter((_, number) => number % 3 === 1)]) {
      const each = some.flatMap((start) => hoursOf(start, new Date(start.getTime() + 900_000), zone));
      const hours = [...new Map(each.map((hour) => [hour.from.getTime(), hour])).values()];
      expect(hoursOfIntervals(some, zone)).toEqual(hours);
    }
  });
});
