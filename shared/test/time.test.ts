import { dayRange, isCalendarDate, isTimeZone } from '@millrace/shared/time/time';
import { describe, expect, it } from 'vitest';

const range = (date: string, zone: string) => {
  const { from, to } = dayRange(date, zone);
  return [from.toISOString(), to.toISOString()];
};

describe('dayRange', () => {
  it.each([
    ['2025-11-14', 'UTC', '2025-11-14T00:00:00.000Z', '2025-11-15T00:00:00.000Z'],
    ['2025-11-14', 'Asia/Kathmandu', '2025-11-13T18:15:00.000Z', '2025-11-14T18:15:00.000Z'],
    ['2025-03-30', 'Europe/Berlin', '2025-03-29T23:00:00.000Z', '2025-03-30T22:00:00.000Z'],
    ['2025-10-26', 'Europe/Berlin', '2025-10-25T22:00:00.000Z', '2025-10-26T23:00:00.000Z'],
    ['2025-04-06', 'Australia/Lord_Howe', '2025-04-05T13:00:00.000Z', '2025-04-06T13:30:00.000Z'],
  ])('%s in %s', (date, zone, from, to) => expect(range(date, zone)).toEqual([from, to]));
  it('starts at 01:00 if midnight does not exist', () => {
    expect(range('2018-11-04', 'America/Sao_Paulo')).toEqual(['2018-11-04T03:00:00.000Z', '2018-11-05T02:00:00.000Z']);
  });
  it('starts at the first of two midnights', () => {
    expect(range('2024-11-03', 'America/Havana')).toEqual(['2024-11-03T04:00:00.000Z', '2024-11-04T05:00:00.000Z']);
  });
});

describe('isTimeZone', () => {
  it.each(['UTC', 'Europe/Berlin', 'America/Argentina/Buenos_Aires'])('accepts %s', (zone) => {
    expect(isTimeZone(zone)).toBe(true);
  });
  it.each(['', '+02:00', 'Europe/Nowhere', 'IST', '../etc', 'UTC\0'])('refuses "%s"', (zone) => {
    expect(isTimeZone(zone)).toBe(false);
  });
});

describe('isCalendarDate', () => {
  it('accepts real dates only', () => {
    expect(['2024-02-29', '2025-02-29', '2025-11-31', '2025-1-1', '2025-11-14T00:00Z'].map(isCalendarDate)).toEqual([
      true,
      false,
      false,
      false,
      false,
    ]);
  });
});
