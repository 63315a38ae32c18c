/** When schedules fire, across every kind of clock change, and which expressions are invalid. */
import { describe, expect, it } from 'vitest';
import { newestSlot, nextSlots, parseCron, slotsBetween } from '../src/time/cron.js';

function cronOf(expression: string, zone: string) {
  const parsed = parseCron(expression, zone);
  if (parsed.problem !== undefined) throw new Error(parsed.problem);
  return parsed.cron;
}
const slots = (expression: string, zone: string, after: string, count: number) =>
  nextSlots(cronOf(expression, zone), new Date(after), count).map((slot) => slot.toISOString().slice(5, 16));

describe('when the clock goes forward', () => {
  it.each([
    ['Europe/Berlin', '30 2 * * *', '2026-03-28T12:00:00Z', ['03-29T01:00', '03-30T00:30']],
    ['America/New_York', '30 2 * * *', '2026-03-07T12:00:00Z', ['03-08T07:00', '03-09T06:30']],
    ['Australia/Lord_Howe', '15 2 * * *', '2026-10-03T00:00:00Z', ['10-03T15:30', '10-04T15:15']],
    ['America/Sao_Paulo', '0 0 * * *', '2018-11-03T12:00:00Z', ['11-04T03:00', '11-05T02:00']],
    ['Pacific/Apia', '0 12 * * *', '2011-12-29T20:00:00Z', ['12-29T22:00', '12-30T10:00', '12-30T22:00']],
  ])('fires once, at the end of the gap, in %s', (zone, expression, after, expected) => {
    expect(slots(expression, zone, after, expected.length)).toEqual(expected);
  });

  it('fires once for two times that coincide', () => {
    expect(slots('0 2,3 * * *', 'Europe/Berlin', '2026-03-28T12:00:00Z', 2)).toEqual(['03-29T01:00', '03-30T00:00']);
  });

  it('keeps firing for expressions that match every hour', () => {
    expect(slots('*/30 * * * *', 'Europe/Berlin', '2026-03-29T00:10:00Z', 3)).toEqual([
      '03-29T00:30',
      '03-29T01:00',
      '03-29T01:30',
    ]);
    expect(slots('*/10 * * * *', 'Australia/Lord_Howe', '2026-10-03T15:15:00Z', 3)).toEqual([
      '10-03T15:20',
      '10-03T15:30',
      '10-03T15:40',
    ]);
  });
});

describe('when the clock goes back', () => {
  it.each([
    ['Europe/Berlin', '30 2 * * *', '2026-10-24T12:00:00Z', ['10-25T00:30', '10-26T01:30']],
    ['America/New_York', '30 1 * * *', '2026-10-31T12:00:00Z', ['11-01T05:30', '11-02T06:30']],
    ['Australia/Lord_Howe', '45 1 * * *', '2026-04-04T00:00:00Z', ['04-04T14:45', '04-05T15:15']],
  ])('fires only the first time in %s', (zone, expression, after, expected) => {
    expect(slots(expression, zone, after, 2)).toEqual(expected);
  });

  it('keeps firing through the repeated hour for expressions that match every hour', () => {
    expect(slots('*/30 * * * *', 'Europe/Berlin', '2026-10-25T00:10:00Z', 4)).toEqual([
      '10-25T00:30',
      '10-25T01:00',
      '10-25T01:30',
      '10-25T02:00',
    ]);
    expect(slots('*/10 * * * *', 'Australia/Lord_Howe', '2026-04-04T14:45:00Z', 4)).toEqual([
      '04-04T14:50',
      '04-04T15:00',
      '04-04T15:10',
      '04-04T15:20',
    ]);
  });
});

it('never fires twice or skips a second, whatever the zone does in a year', () => {
  for (const zone of [
    'Europe/Berlin',
    'Australia/Lord_Howe',
    'America/St_Johns',
    'Africa/Casablanca',
    'Asia/Kolkata',
  ]) {
    const every = slotsBetween(
      cronOf('*/15 * * * *', zone),
      new Date('2026-01-01T00:00:00Z'),
      new Date('2027-01-01T00:00:00Z'),
    );
    expect(every).toHaveLength(365 * 96);
    const daily = slotsBetween(
      cronOf('30 2 * * *', zone),
      new Date('2026-01-01T12:00:00Z'),
      new Date('2027-01-01T12:00:00Z'),
    );
    expect(daily).toHaveLength(365);
  }
});

it.each([
  ['0 0 29 2 *', '2026-03-01T00:00:00Z', '2028-02-29T00:00:00.000Z'],
  ['0 0 29 2 *', '2097-01-01T00:00:00Z', '2104-02-29T00:00:00.000Z'],
  ['0 0 13 * 5', '2026-01-01T00:00:00Z', '2026-01-02T00:00:00.000Z'],
  ['0 9 1 1,4,7,10 *', '2026-01-02T00:00:00Z', '2026-04-01T09:00:00.000Z'],
  ['@daily', '2026-01-01T00:00:00Z', '2026-01-02T00:00:00.000Z'],
  ['*/10 * * * * *', '2026-01-01T00:00:00Z', '2026-01-01T00:00:10.000Z'],
])('%s after %s fires at %s', (expression, after, expected) => {
  expect(cronOf(expression, 'UTC').slotAfter(new Date(after)).toISOString()).toBe(expected);
});

it.each([
  ['0 0 */2 * 1', ['2026-01-05', '2026-01-19', '2026-02-09']],
  ['0 0 1-31/2 * 1', ['2026-01-01', '2026-01-03', '2026-01-05']],
  ['0 0 13 * */5', ['2026-02-13', '2026-03-13', '2026-09-13']],
  ['0 0 */10 * */3', ['2026-01-11', '2026-01-21', '2026-01-31']],
  ['0 0 */2 * 5#2', ['2026-01-09', '2026-02-13', '2026-03-13']],
  ['0 0 *,5 * 1', ['2026-01-05', '2026-01-12', '2026-01-19']],
])('requires both day fields to match if one begins with a star: %s', (expression, expected) => {
  const found = nextSlots(cronOf(expression, 'UTC'), new Date('2025-12-31T12:00:00Z'), expected.length);
  expect(found.map((slot) => slot.toISOString().slice(0, 10))).toEqual(expected);
});

it.each([
  ['*/7,*/11 * * * *', [0, 7, 11, 14, 21, 22, 28, 33, 35, 42, 44, 49, 55, 56]],
  ['0,0 * * * *', [0]],
  ['1-5,3-7 * * * *', [1, 2, 3, 4, 5, 6, 7]],
  ['0,0 5,5 * * * *', [5]],
])('accepts a list with repeated values: %s', (expression, minutes) => {
  const from = new Date('2026-01-01T00:00:00Z');
  const found = slotsBetween(cronOf(expression, 'UTC'), new Date(from.getTime() - 1), new Date('2026-01-01T00:59:59Z'));
  expect(found.map((slot) => slot.getUTCMinutes())).toEqual(minutes);
});

it.each([
  ['0 0 * * SUN,7,0', '2026-01-04'],
  ['0 0 1 JAN,1 *', '2027-01-01'],
  ['0 0 L,L * *', '2026-01-31'],
])('accepts repeated names and rules: %s', (expression, day) => {
  const slot = cronOf(expression, 'UTC').slotAfter(new Date('2026-01-01T12:00:00Z'));
  expect(slot.toISOString().slice(0, 10)).toBe(day);
});

it.each([
  '',
  ' ',
  '* * * *',
  '* * * * * * *',
  'a b c d e',
  '60 * * * *',
  '* 24 * * *',
  '* * 0 * *',
  '* * 32 * *',
  '* * * 13 *',
  '* * * * 8',
  '*/0 * * * *',
  '-1 * * * *',
  '5-1 * * * *',
  '0-70 * * * *',
  '1.5 * * * *',
  '0 0 31 2 *',
  '0 0 30 2 *',
  '@often',
  'H * * * *',
  '* * * * *; drop table schedules',
  `0 ${'0,'.repeat(100)}0 * * *`,
])('refuses %j', (expression) => {
  expect(parseCron(expression, 'UTC').problem).toEqual(expect.stringMatching(/cron expression|characters|never fires/));
});

it.each([
  ['61 * * * *', 'is not a cron expression: minute 61 is not between 0 and 59'],
  ['0-70 * * * *', 'is not a cron expression: minute 70 is not between 0 and 59'],
  ['75 * * * * *', 'is not a cron expression: second 75 is not between 0 and 59'],
  ['0 24 * * *', 'is not a cron expression: hour 24 is not between 0 and 23'],
  ['0 0 0 * *', 'is not a cron expression: day of month 0 is not between 1 and 31'],
  ['0 0 1 13 *', 'is not a cron expression: month 13 is not between 1 and 12'],
  ['0 0 * * 1,8', 'is not a cron expression: day of week 8 is not between 0 and 7'],
  ['*/0 * * * *', 'is not a cron expression: minute has a step of 0'],
  ['0 0 30 2 *', 'never fires: no such month has a day 30'],
  ['0 0 31 4,6 *', 'never fires: no such month has a day 31'],
])('explains what is wrong with %j', (expression, reason) => {
  expect(parseCron(expression, 'UTC').problem).toBe(`"${expression}" ${reason}`);
});

it('reports both an invalid expression and an invalid time zone', () => {
  const { problem } = parseCron('61 * * * *', 'Mars/Base');
  expect(problem).toContain('minute 61 is not between 0 and 59');
  expect(problem).toContain('"Mars/Base" is not an IANA time zone');
});

it.each(['0 0 29 2 *', '0 0 31 4,5 *'])('accepts %j, which fires rarely', (expression) => {
  expect(parseCron(expression, 'UTC').problem).toBeUndefined();
});

it.each(['Mars/Base', '', '+02:00', 'CEST', '../UTC', 'Europe/Berlin\n'])('refuses time zone %j', (zone) => {
  expect(parseCron('* * * * *', zone).problem).toContain('is not an IANA time zone');
});

describe('missed slots', () => {
  const after = new Date('2026-01-01T00:00:00Z');
  it('include a newest one, however long ago it was', () => {
    const until = new Date('2026-06-15T12:34:56Z');
    expect(newestSlot(cronOf('* * * * * *', 'UTC'), after, until)).toEqual(until);
    expect(newestSlot(cronOf('0 0 1 * *', 'UTC'), after, until)).toEqual(new Date('2026-06-01T00:00:00Z'));
    expect(newestSlot(cronOf('0 0 1 2 *', 'UTC'), after, until)).toEqual(new Date('2026-02-01T00:00:00Z'));
    expect(newestSlot(cronOf('0 0 1 7 *', 'UTC'), after, until)).toBeUndefined();
  });
  it('exclude the start and include the end', () => {
    const hours = slotsBetween(cronOf('0 * * * *', 'UTC'), after, new Date('2026-01-01T02:00:00Z'));
    expect(hours.map((slot) => slot.getUTCHours())).toEqual([1, 2]);
  });
});
