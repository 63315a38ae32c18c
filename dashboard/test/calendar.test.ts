import { describe, expect, it } from 'vitest';
import { firstOfWeek, instantOf, lastOfMonth } from '../src/range/calendar.ts';
import { isDate, wallClock } from '../src/range/clock.ts';

describe('dates', () => {
  it('recognizes dates that exist', () => {
    expect(['2024-02-29', '2026-02-29', '2026-13-01', '2026-1-1', '', 'today'].map(isDate)).toEqual([
      ...[true, false, false, false, false, false],
    ]);
  });

  it('starts weeks on Monday and ends months on their last day', () => {
    expect([firstOfWeek('2026-11-29'), firstOfWeek('2026-11-30')]).toEqual(['2026-11-23', '2026-11-30']);
    expect([lastOfMonth('2024-02-10'), lastOfMonth('2026-01-31', 1)]).toEqual(['2024-02-29', '2026-02-28']);
  });
});

describe('the clock of a zone', () => {
  it('shows local time', () => {
    expect(wallClock('Asia/Kolkata', Date.parse('2026-06-01T20:00:00Z'))).toBe('2026-06-02T01:30:00');
  });

  it.each([
    ['2026-06-01T10:00', 'Europe/Berlin', '2026-06-01T08:00:00.000Z'],
    ['2026-12-01T10:00', 'America/New_York', '2026-12-01T15:00:00.000Z'],
    ['2026-03-29T01:59', 'Europe/Berlin', '2026-03-29T00:59:00.000Z'],
    ['2026-03-29T03:00', 'Europe/Berlin', '2026-03-29T01:00:00.000Z'],
    ['2026-10-25T02:30', 'Europe/Berlin', '2026-10-25T01:30:00.000Z'],
    ['2026-10-25T03:30', 'Europe/Berlin', '2026-10-25T02:30:00.000Z'],
    ['2026-06-01T10:00', 'UTC', '2026-06-01T10:00:00.000Z'],
  ])('shows %s in %s at %s', (wall, zone, instant) => {
    expect(instantOf(wall, zone).toISOString()).toBe(instant);
  });

  it('finds an instant for a local time that the clock skips', () => {
    expect(instantOf('2026-03-29T02:30', 'Europe/Berlin').toISOString()).toBe('2026-03-29T00:30:00.000Z');
  });
});
