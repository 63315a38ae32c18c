/** The time axis of a query, compared with a time zone library and around clock changes. */
import { Temporal } from 'temporal-polyfill';
import { describe, expect, it } from 'vitest';
import type { SeriesUnit } from '../src/query/dimension-catalogue.js';
import { timeBuckets } from '../src/query-request/time-buckets.js';

const range = (from: string, to: string) => ({ from: new Date(from), to: new Date(to) });
const local = (ms: number, zone: string) => Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(zone);

/** The library's name of the bucket that contains an instant. */
function labelOf(unit: SeriesUnit, ms: number, zone: string): string {
  const time = localTime(ms, zone);
  const day = time.toPlainDate();
  if (unit === 'day') return day.toString();
  if (unit === 'week') return day.subtract({ days: day.dayOfWeek - 1 }).toString();
  if (unit === 'month') return day.with({ day: 1 }).toString();
  if (unit === 'quarter') return day.with({ day: 1, month: 3 * Math.ceil(day.month / 3) - 2 }).toString();
  if (unit === 'year') return `${day.year}-01-01`;
  const clock = time.toPlainDateTime().round({ smallestUnit: unit, roundingMode: 'floor' });
  return clock.toString({ smallestUnit: 'second' }) + time.offset;
}

/** Far shorter than any bucket of days, and than the time between two clock changes. */
const strideMs = 6 * 3_600_000;

/**
 * The buckets according to the library: runs of instants, `stepMs` apart, with the same name. The library is slow, so long buckets
 * are first sampled every sixth hour, and then step by step only where the name changes in between.
 */
function expectedBuckets(unit: SeriesUnit, from: number, to: number, stepMs: number, nameOf: (ms: number) => string) {
  const bounds: string[] = [];
  const labels: string[] = [];
  const stride = unit === 'hour' || unit === 'minute' ? stepMs : strideMs;
  const look = (ms: number) => {
    const label = nameOf(ms);
    if (labels.at(-1) === label) return;
    labels.push(label);
    bounds.push(new Date(ms).toISOString());
  };
  for (let ms = from; ms < to; ms += stride) {
    const last = Math.min(ms + stride, to) - stepMs;
    look(ms);
    if (nameOf(last + stepMs) === labels.at(-1)) continue;
    for (let next = ms + stepMs; next <= last; next += stepMs) look(next);
  }
  return { unit, bounds: [...bounds, new Date(to).toISOString()], labels };
}

const localTimes = new Map<string, Temporal.ZonedDateTime>();
function localTime(ms: number, zone: string): Temporal.ZonedDateTime {
  const key = `${ms} ${zone}`;
  const time = localTimes.get(key) ?? local(ms, zone);
  localTimes.set(key, time);
  return time;
}

function expectLikeLibrary(unit: SeriesUnit, [from, to]: readonly [string, string], stepMs: number, zone: string) {
  const buckets = timeBuckets(unit, range(from, to), zone);
  expect({ ...buckets, bounds: buckets.bounds.map((bound) => bound.toISOString()) }).toEqual(
    expectedBuckets(unit, Date.parse(from), Date.parse(to), stepMs, (ms) => labelOf(unit, ms, zone)),
  );
}

const clockChanges = [
  ['UTC', '2026-12-31T05:00:00Z', '2027-01-01T05:00:00Z'],
  ['America/New_York', '2026-03-08T03:30:00Z', '2026-03-08T20:00:00Z'],
  ['America/New_York', '2026-10-31T20:00:00Z', '2026-11-01T20:15:00Z'],
  ['Asia/Kolkata', '2026-06-30T12:00:00Z', '2026-07-01T12:00:00Z'],
  ['Asia/Kathmandu', '2026-06-30T12:00:00Z', '2026-07-01T12:00:00Z'],
  ['Australia/Lord_Howe', '2026-04-04T10:00:00Z', '2026-04-05T10:00:00Z'],
  ['Australia/Lord_Howe', '2026-10-03T10:00:00Z', '2026-10-04T10:00:00Z'],
  ['Africa/Cairo', '2026-04-23T12:00:00Z', '2026-04-24T12:00:00Z'],
  ['Africa/Cairo', '2026-10-29T12:00:00Z', '2026-10-30T12:00:00Z'],
  ['Pacific/Apia', '2011-12-29T12:00:00Z', '2011-12-31T12:00:00Z'],
  ['America/Sao_Paulo', '2018-02-17T12:00:00Z', '2018-02-18T12:00:00Z'],
  ['America/Sao_Paulo', '2018-11-03T12:00:00Z', '2018-11-04T12:00:00Z'],
] as const;

describe('the time zone library agrees on', () => {
  it.each(clockChanges)('hours and minutes in %s from %s to %s', (zone, from, to) => {
    expectLikeLibrary('hour', [from, to], 900_000, zone);
    expectLikeLibrary('minute', [from, to], 60_000, zone);
  });

  const zones = [...new Map(clockChanges.map(([zone, from]) => [zone, Number(from.slice(0, 4))]))];
  it.each(zones)(
    'days, weeks and months in %s in %i, from the middle of one to the middle of another',
    (zone, year) => {
      // Its days begin at :15; those of the others at :00 or :30.
      const minute = zone === 'Asia/Kathmandu' ? 15 : 30;
      for (const unit of ['day', 'week', 'month'] as const) {
        expectLikeLibrary(unit, [`${year}-01-06T10:${minute}:00Z`, `${year + 1}-01-20T03:15:00Z`], 1_800_000, zone);
      }
    },
  );
});

it('distinguishes the two occurrences of an hour in autumn by their offset', () => {
  const { labels, bounds } = timeBuckets('hour', range('2026-10-24T23:00Z', '2026-10-25T03:00Z'), 'Europe/Berlin');
  expect(labels).toEqual([
    '2026-10-25T01:00:00+02:00',
    '2026-10-25T02:00:00+02:00',
    '2026-10-25T02:00:00+01:00',
    '2026-10-25T03:00:00+01:00',
  ]);
  expect(bounds.map((bound) => bound.getUTCHours())).toEqual([23, 0, 1, 2, 3]);
});

it('starts a bucket at a clock change of half an hour, so that each bucket has one offset', () => {
  const { labels, bounds } = timeBuckets(
    'hour',
    range('2026-04-04T14:00Z', '2026-04-04T16:30Z'),
    'Australia/Lord_Howe',
  );
  expect(labels).toEqual(['2026-04-05T01:00:00+11:00', '2026-04-05T01:00:00+10:30', '2026-04-05T02:00:00+10:30']);
  expect(bounds.map((bound) => bound.toISOString().slice(11, 16))).toEqual(['14:00', '15:00', '15:30', '16:30']);
});

it('leaves out the day that a zone skipped', () => {
  const { labels } = timeBuckets('day', range('2011-12-29T10:00Z', '2011-12-31T10:00Z'), 'Pacific/Apia');
  expect(labels).toEqual(['2011-12-29', '2011-12-31']);
});

it('cuts the first and the last bucket at the range and names them by the start of their unit', () => {
  expect(timeBuckets('week', range('2026-01-01T00:00Z', '2026-01-06T12:00Z'), 'UTC')).toEqual({
    unit: 'week',
    bounds: [new Date('2026-01-01T00:00Z'), new Date('2026-01-05T00:00Z'), new Date('2026-01-06T12:00Z')],
    labels: ['2025-12-29', '2026-01-05'],
  });
});

describe('the limit of 10,000', () => {
  it('allows exactly that many', () => {
    expect(timeBuckets('minute', range('2026-01-01T00:00Z', '2026-01-07T22:40Z'), 'UTC').labels).toHaveLength(10_000);
  });
  it.each([
    ['minute', '2026-01-01T00:00Z', '2026-01-07T22:41Z'],
    ['day', '2000-01-01T00:00Z', '2029-12-31T00:00Z'],
  ] as const)('refuses one more %s, and names the limit', (unit, from, to) => {
    expect(() => timeBuckets(unit, range(from, to), 'UTC')).toThrow(
      `dimensions would make more than 10,000 buckets of time:${unit}`,
    );
  });
});
