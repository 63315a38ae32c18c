/** Days of time zones across every kind of clock change. */
import { addDays, dayOf, dayStart } from '@millrace/shared/time/zone-days';
import { offsetAt, offsetSpans } from '@millrace/shared/time/zone-offsets';
import { Temporal } from 'temporal-polyfill';
import { expect, it } from 'vitest';

it.each([
  ['2026-10-25', 'UTC', '2026-10-25T00:00:00.000Z'],
  ['2026-10-25', 'Europe/Berlin', '2026-10-24T22:00:00.000Z'],
  ['2026-10-26', 'Europe/Berlin', '2026-10-25T23:00:00.000Z'],
  ['2026-11-23', 'Asia/Kathmandu', '2026-11-22T18:15:00.000Z'],
  // Midnight does not exist, then happens twice.
  ['2018-11-04', 'America/Sao_Paulo', '2018-11-04T03:00:00.000Z'],
  ['2018-02-18', 'America/Sao_Paulo', '2018-02-18T03:00:00.000Z'],
])('%s in %s starts at %s', (day, zone, start) => {
  expect(dayStart(day, zone).toISOString()).toBe(start);
});

it('finds the same day of an instant as Temporal, for each hour of a year in every kind of zone', () => {
  const zones = ['UTC', 'America/New_York', 'Asia/Kolkata', 'Asia/Kathmandu', 'Australia/Lord_Howe', 'Pacific/Apia'];
  for (const zone of zones) {
    const year = zone === 'Pacific/Apia' ? 2011 : 2026;
    for (let hour = 0; hour < 366 * 24; hour += 1) {
      const at = new Date(Date.UTC(year, 0, 1, hour, 7));
      const expected = Temporal.Instant.fromEpochMilliseconds(at.getTime()).toZonedDateTimeISO(zone).toPlainDate();
      expect(dayOf(at, zone)).toBe(expected.toString());
    }
  }
});

it('counts days across months and years, and backwards', () => {
  expect([addDays('2026-12-31', 1), addDays('2024-03-01', -1), addDays('2026-01-01', 365)]).toEqual([
    '2027-01-01',
    '2024-02-29',
    '2027-01-01',
  ]);
});

const everyKind = [
  'UTC',
  'America/New_York',
  'Asia/Kolkata',
  'Asia/Kathmandu',
  'Australia/Lord_Howe',
  'Africa/Cairo',
  'Africa/Casablanca',
  'Pacific/Apia',
  'America/Sao_Paulo',
  'America/Havana',
  'America/St_Johns',
];

it.each(everyKind)('starts each day in %s from 2005 to 2018 and in 2026 where Temporal does', (zone) => {
  const wrong: string[] = [];
  for (let day = '2005-01-01'; day < '2027-01-01'; day = day === '2018-12-31' ? '2026-01-01' : addDays(day, 1)) {
    const expected = Temporal.PlainDate.from(day).toZonedDateTime(zone).epochMilliseconds;
    if (dayStart(day, zone).getTime() !== expected) wrong.push(day);
  }
  expect(wrong).toEqual([]);
});

it.each(everyKind)('assigns each instant in %s to one day, even if the clock goes back across midnight', (zone) => {
  const wrong: string[] = [];
  for (let at = Date.UTC(2006, 9, 1); at < Date.UTC(2011, 0, 1); at += 1_799_000) {
    const day = dayOf(new Date(at), zone);
    if (dayStart(day, zone).getTime() > at || dayStart(addDays(day, 1), zone).getTime() <= at) wrong.push(day);
  }
  expect(wrong).toEqual([]);
});

it('finds the offset of an instant exactly to the millisecond of a change', () => {
  const change = Date.UTC(2026, 9, 25, 1);
  expect([change - 1, change].map((ms) => offsetAt(ms, 'Europe/Berlin') / 3_600_000)).toEqual([2, 1]);
});

it('joins the spans of consecutive years and clips them at both ends', () => {
  const spans = offsetSpans(Date.UTC(2025, 11, 1), Date.UTC(2026, 6, 1), 'Europe/Berlin');
  const days = spans.map(({ from, to, offset }) => [
    new Date(from).toJSON(),
    new Date(to).toJSON(),
    offset / 3_600_000,
  ]);
  expect(days).toEqual([
    ['2025-12-01T00:00:00.000Z', '2026-03-29T01:00:00.000Z', 1],
    ['2026-03-29T01:00:00.000Z', '2026-07-01T00:00:00.000Z', 2],
  ]);
});
