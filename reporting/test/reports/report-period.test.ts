/** The days of a report's slot: by the calendar of its time zone, across clock changes and ends of years. */
import { parseCron } from '@millrace/shared/time/cron';
import { describe, expect, it } from 'vitest';
import { describePeriod } from '../../src/reports/describe-period.js';
import { daysBefore, periodOfSlot } from '../../src/reports/report-period.js';
import { namedSchedules, type ScheduleName } from '../../src/reports/templates/template.js';

/** The first slot after an instant, and the days of its report. */
function firstReport(name: ScheduleName, zone: string, after: string): string[] {
  const { cron, period } = namedSchedules[name];
  const parsed = parseCron(cron, zone);
  if (parsed.problem !== undefined) throw new Error(parsed.problem);
  const slot = parsed.cron.slotAfter(new Date(after));
  const { from, to } = periodOfSlot(slot, period, zone);
  return [slot.toISOString(), from, to];
}

describe('a daily report at 09:00', () => {
  it.each([
    // The day before has 23 hours, then 25.
    ['Europe/Berlin', '2026-03-29T08:00:00Z', '2026-03-30T07:00:00.000Z', '2026-03-29'],
    ['Europe/Berlin', '2026-10-25T12:00:00Z', '2026-10-26T08:00:00.000Z', '2026-10-25'],
    ['America/New_York', '2025-12-31T20:00:00Z', '2026-01-01T14:00:00.000Z', '2025-12-31'],
    ['Pacific/Auckland', '2026-03-01T00:00:00Z', '2026-03-01T20:00:00.000Z', '2026-03-01'],
    ['Pacific/Kiritimati', '2026-01-01T00:00:00Z', '2026-01-01T19:00:00.000Z', '2026-01-01'],
    ['Asia/Kathmandu', '2024-02-29T23:00:00Z', '2024-03-01T03:15:00.000Z', '2024-02-29'],
    // A day that begins at 01:00, since its midnight does not exist.
    ['Africa/Cairo', '2026-04-24T12:00:00Z', '2026-04-25T06:00:00.000Z', '2026-04-24'],
  ])('covers yesterday in %s after %s', (zone, after, slot, day) => {
    expect(firstReport('daily', zone, after)).toEqual([slot, day, day]);
  });
});

describe('a weekly report on Monday at 09:00', () => {
  it.each([
    ['UTC', '2026-01-01T00:00:00Z', '2026-01-05T09:00:00.000Z', '2025-12-29', '2026-01-04'],
    ['Europe/Berlin', '2026-03-24T00:00:00Z', '2026-03-30T07:00:00.000Z', '2026-03-23', '2026-03-29'],
    // Monday in Auckland is Sunday in UTC.
    ['Pacific/Auckland', '2026-06-01T00:00:00Z', '2026-06-07T21:00:00.000Z', '2026-06-01', '2026-06-07'],
    ['America/Los_Angeles', '2026-11-02T20:00:00Z', '2026-11-09T17:00:00.000Z', '2026-11-02', '2026-11-08'],
  ])('covers last week in %s after %s', (zone, after, slot, from, to) => {
    expect(firstReport('weekly', zone, after)).toEqual([slot, from, to]);
  });
});

describe('a monthly report on the first at 09:00', () => {
  it.each([
    ['UTC', '2026-02-02T00:00:00Z', '2026-03-01T09:00:00.000Z', '2026-02-01', '2026-02-28'],
    ['UTC', '2024-02-02T00:00:00Z', '2024-03-01T09:00:00.000Z', '2024-02-01', '2024-02-29'],
    ['Europe/Berlin', '2025-12-20T00:00:00Z', '2026-01-01T08:00:00.000Z', '2025-12-01', '2025-12-31'],
    ['Pacific/Auckland', '2026-06-15T00:00:00Z', '2026-06-30T21:00:00.000Z', '2026-06-01', '2026-06-30'],
  ])('covers last month in %s after %s', (zone, after, slot, from, to) => {
    expect(firstReport('monthly', zone, after)).toEqual([slot, from, to]);
  });
});

describe('a quarterly report', () => {
  it.each([
    ['UTC', '2025-12-01T00:00:00Z', '2026-01-01T09:00:00.000Z', '2025-10-01', '2025-12-31'],
    ['Europe/Berlin', '2026-01-02T00:00:00Z', '2026-04-01T07:00:00.000Z', '2026-01-01', '2026-03-31'],
    ['America/New_York', '2026-06-30T00:00:00Z', '2026-07-01T13:00:00.000Z', '2026-04-01', '2026-06-30'],
    ['Pacific/Auckland', '2026-08-01T00:00:00Z', '2026-09-30T20:00:00.000Z', '2026-07-01', '2026-09-30'],
  ])('covers last quarter in %s after %s', (zone, after, slot, from, to) => {
    expect(firstReport('quarterly', zone, after)).toEqual([slot, from, to]);
  });
});

it('covers the year before at the end of a year', () => {
  expect(periodOfSlot(new Date('2025-12-31T12:00:00Z'), 'year', 'Pacific/Auckland')).toEqual({
    from: '2025-01-01',
    to: '2025-12-31',
  });
  expect(periodOfSlot(new Date('2026-01-01T03:00:00Z'), 'year', 'America/New_York')).toEqual({
    from: '2024-01-01',
    to: '2024-12-31',
  });
});

describe('the days that a report is compared with', () => {
  it.each([
    ['a day with the one before', '2026-03-01', '2026-03-01', '2026-02-28', '2026-02-28'],
    ['a week with the one before', '2026-01-05', '2026-01-11', '2025-12-29', '2026-01-04'],
    ['a month with the whole month before, even a shorter one', '2026-03-01', '2026-03-31', '2026-02-01', '2026-02-28'],
    ['a quarter with the quarter before', '2026-01-01', '2026-03-31', '2025-10-01', '2025-12-31'],
    ['a year with the year before', '2024-01-01', '2024-12-31', '2023-01-01', '2023-12-31'],
    ['any other days with the same number before', '2026-03-02', '2026-03-11', '2026-02-20', '2026-03-01'],
  ])('are, for %s', (_what, from, to, before, until) => {
    expect(daysBefore({ from, to })).toEqual({ from: before, to: until });
  });
});

it.each([
  ['2026-06-07', '2026-06-07', '7 June 2026'],
  ['2026-06-01', '2026-06-07', '1 to 7 June 2026'],
  ['2026-05-30', '2026-06-05', '30 May to 5 June 2026'],
  ['2025-12-29', '2026-01-04', '29 December 2025 to 4 January 2026'],
])('writes %s to %s as "%s"', (from, to, text) => {
  expect(describePeriod({ from, to })).toBe(text);
});
