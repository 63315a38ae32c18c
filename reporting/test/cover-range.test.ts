/** Hand-written ranges for the special cases. */
import { describe, expect, it } from 'vitest';
import { type Cover, coverRange, type RangeToCover } from '../src/query/cover-range.js';

const ms = (text: string) => Date.parse(text);

/** A cover as text: days, intervals and raw ranges, with the bucket when there are several. */
function describeCover({ days, intervals, raw }: Cover): string[] {
  const short = (instant: number) => new Date(instant).toISOString().replace(/(:00)?\.000Z$/, '');
  return [
    ...days.map(({ bucket, fromDay, toDay }) => `${bucket} days ${fromDay} ${toDay}`),
    ...intervals.map(({ bucket, from, to }) => `${bucket} intervals ${short(from)} ${short(to)}`),
    ...raw.map(({ bucket, from, to }) => `${bucket} raw ${short(from)} ${short(to)}`),
  ];
}

const cover = (bounds: string[], given: Partial<RangeToCover> = {}) =>
  describeCover(
    coverRange({
      bounds: bounds.map(ms),
      dayZone: 'UTC',
      markedIntervals: [],
      markedDays: [],
      ...given,
    }),
  );

const marks = (...texts: string[]) => ({ markedIntervals: texts.map(ms) });

describe('without marks', () => {
  it('is one run of days when the range consists of whole days', () => {
    expect(cover(['2025-11-01T00:00Z', '2025-11-05T00:00Z'])).toEqual(['0 days 2025-11-01 2025-11-05']);
  });
  it('has intervals before the first whole day and after the last, and raw events for partial intervals', () => {
    expect(cover(['2025-11-01T22:50Z', '2025-11-03T01:05Z'])).toEqual([
      '0 days 2025-11-02 2025-11-03',
      '0 intervals 2025-11-01T23:00 2025-11-02T00:00',
      '0 intervals 2025-11-03T00:00 2025-11-03T01:00',
      '0 raw 2025-11-01T22:50 2025-11-01T23:00',
      '0 raw 2025-11-03T01:00 2025-11-03T01:05',
    ]);
  });
  it('is raw when the range contains no whole interval', () => {
    expect(cover(['2025-11-01T10:01Z', '2025-11-01T10:14Z'])).toEqual(['0 raw 2025-11-01T10:01 2025-11-01T10:14']);
    expect(cover(['2025-11-01T10:01Z', '2025-11-01T10:29Z'])).toEqual(['0 raw 2025-11-01T10:01 2025-11-01T10:29']);
  });
  it('is empty for an empty range', () => {
    expect(cover(['2025-11-01T10:01Z', '2025-11-01T10:01Z'])).toEqual([]);
  });
  it('keeps buckets apart', () => {
    expect(cover(['2025-11-01T00:00Z', '2025-11-02T00:00Z', '2025-11-02T06:00Z', '2025-11-02T06:10Z'])).toEqual([
      '0 days 2025-11-01 2025-11-02',
      '1 intervals 2025-11-02T00:00 2025-11-02T06:00',
      '2 raw 2025-11-02T06:00 2025-11-02T06:10',
    ]);
  });
});

describe('the time zone of the days', () => {
  it.each([
    // A range of UTC days with day rollups in another time zone.
    [
      'Asia/Kathmandu',
      '2025-11-01T00:00Z',
      '2025-11-03T00:00Z',
      ['2025-11-02 2025-11-03'],
      ['01T00:00 01T18:15', '02T18:15 03T00:00'],
    ],
    ['Asia/Kolkata', '2025-11-01T18:30Z', '2025-11-03T18:30Z', ['2025-11-02 2025-11-04'], []],
    // Days of 25 and of 23 hours.
    ['America/New_York', '2025-11-02T04:00Z', '2025-11-03T05:00Z', ['2025-11-02 2025-11-03'], []],
    ['America/New_York', '2025-11-02T04:00Z', '2025-11-03T04:00Z', [], ['02T04:00 03T04:00']],
    ['America/New_York', '2025-03-09T05:00Z', '2025-03-10T04:00Z', ['2025-03-09 2025-03-10'], []],
    // Days of 23.5 and of 24.5 hours.
    ['Australia/Lord_Howe', '2025-10-04T13:30Z', '2025-10-05T13:00Z', ['2025-10-05 2025-10-06'], []],
    ['Australia/Lord_Howe', '2025-04-05T13:00Z', '2025-04-06T13:30Z', ['2025-04-06 2025-04-07'], []],
    ['Australia/Lord_Howe', '2025-04-05T13:00Z', '2025-04-06T13:15Z', [], ['05T13:00 06T13:15']],
    // Midnight did not exist: the day began at one o'clock.
    ['America/Sao_Paulo', '2018-11-04T03:00Z', '2018-11-05T02:00Z', ['2018-11-04 2018-11-05'], []],
    // 30 December 2011 did not exist at all.
    ['Pacific/Apia', '2011-12-29T10:00Z', '2011-12-31T10:00Z', ['2011-12-29 2012-01-01'], []],
  ])('%s from %s to %s', (dayZone, from, to, days, intervals) => {
    const month = from.slice(0, 8);
    expect(cover([from, to], { dayZone })).toEqual([
      ...days.map((run) => `0 days ${run}`),
      ...intervals.map(
        (run) =>
          `0 intervals ${run
            .split(' ')
            .map((time) => `${month}${time}`)
            .join(' ')}`,
      ),
    ]);
  });
  it('does not use days from times when UTC offsets were not multiples of 15 minutes', () => {
    expect(cover(['1971-06-01T00:00Z', '1971-06-03T00:00Z'])).toEqual([
      '0 intervals 1971-06-01T00:00 1971-06-03T00:00',
    ]);
    expect(cover(['1972-12-31T00:00Z', '1973-01-02T00:00Z'])).toEqual([
      '0 days 1973-01-01 1973-01-02',
      '0 intervals 1972-12-31T00:00 1973-01-01T00:00',
    ]);
  });
});

describe('marks', () => {
  const days = ['2025-11-01T00:00Z', '2025-11-04T00:00Z'];
  it('make their interval raw and replace their day by intervals', () => {
    expect(cover(days, marks('2025-11-02T10:00Z', '2025-11-02T10:15Z'))).toEqual([
      '0 days 2025-11-01 2025-11-02',
      '0 days 2025-11-03 2025-11-04',
      '0 intervals 2025-11-02T00:00 2025-11-02T10:00',
      '0 intervals 2025-11-02T10:30 2025-11-03T00:00',
      '0 raw 2025-11-02T10:00 2025-11-02T10:30',
    ]);
  });
  it('at the boundary of two days belong to the day that begins there', () => {
    expect(cover(days, marks('2025-11-01T23:45Z', '2025-11-03T00:00Z'))).toEqual([
      '0 days 2025-11-02 2025-11-03',
      '0 intervals 2025-11-01T00:00 2025-11-01T23:45',
      '0 intervals 2025-11-03T00:15 2025-11-04T00:00',
      '0 raw 2025-11-01T23:45 2025-11-02T00:00',
      '0 raw 2025-11-03T00:00 2025-11-03T00:15',
    ]);
  });
  it('on an interval cut by the range exclude its day, which is not whole anyway', () => {
    expect(cover(['2025-11-01T10:05Z', '2025-11-03T00:00Z'], marks('2025-11-01T10:00Z'))).toEqual([
      '0 days 2025-11-02 2025-11-03',
      '0 intervals 2025-11-01T10:15 2025-11-02T00:00',
      '0 raw 2025-11-01T10:05 2025-11-01T10:15',
    ]);
  });
  it('on a day leave its intervals alone', () => {
    expect(cover(days, { markedDays: ['2025-10-31', '2025-11-01', '2025-11-02', '2025-11-04'] })).toEqual([
      '0 days 2025-11-03 2025-11-04',
      '0 intervals 2025-11-01T00:00 2025-11-03T00:00',
    ]);
  });
  it('on a run of days that spans several buckets count in each', () => {
    const buckets = ['2025-11-01T00:00Z', '2025-11-02T00:00Z', '2025-11-03T00:00Z', '2025-11-04T00:00Z'];
    expect(cover(buckets, { markedDays: ['2025-11-01', '2025-11-02'] })).toEqual([
      '2 days 2025-11-03 2025-11-04',
      '0 intervals 2025-11-01T00:00 2025-11-02T00:00',
      '1 intervals 2025-11-02T00:00 2025-11-03T00:00',
    ]);
  });
});
