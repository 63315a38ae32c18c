/** Properties that the cover of any range must have, whatever is marked. */
import { createRandom } from '@millrace/shared/testing/create-random';
import { addDays, dayOf, dayStart } from '@millrace/shared/time/zone-days';
import { describe, expect, it } from 'vitest';
import { type Cover, coverRange, type RangeToCover } from '../src/query/cover-range.js';

const quarter = 900_000;
const hour = 4 * quarter;
const ms = (text: string) => Date.parse(text);

const zones = [
  'UTC',
  'America/New_York',
  'Asia/Kathmandu',
  'Australia/Lord_Howe',
  'America/St_Johns',
  'Africa/Casablanca',
];

/** All spans as instants, in order. */
function timed({ days, intervals, raw }: Cover, zone: string) {
  const ofDays = days.map(({ bucket, fromDay, toDay }) => ({
    bucket,
    from: dayStart(fromDay, zone).getTime(),
    to: dayStart(toDay, zone).getTime(),
  }));
  return [...ofDays, ...intervals, ...raw].sort((a, b) => a.from - b.from);
}

function randomRange(random: () => number): RangeToCover & { dayZone: string } {
  const oneOf = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
  const dayZone = oneOf(zones);
  const center = ms(
    oneOf(['2025-03-09T06:00Z', '2025-04-05T15:00Z', '2025-11-02T05:00Z', '2007-11-04T02:31Z', '2025-03-02T00:00Z']),
  );
  const step = oneOf([1, 60_000, quarter, hour, 24 * hour]);
  const near = () => Math.round((center + (random() - 0.5) * oneOf([2, 30, 200, 2_000]) * hour) / step) * step;
  const bounds = Array.from({ length: 2 + Math.floor(random() * 6) }, near).sort((a, b) => a - b);
  const floor = (instant: number) => Math.floor(instant / quarter) * quarter;
  const markCount = oneOf([0, 1, 5, 60]);
  const marked = [
    ...Array.from({ length: markCount }, near),
    ...bounds.slice(0, oneOf([0, 1, 9])),
    ...bounds.slice(0, oneOf([0, 2])).map((bound) => bound - 1),
  ];
  const days = Array.from({ length: oneOf([0, 0, 1, 4]) }, () => dayOf(new Date(near()), dayZone));
  return {
    bounds,
    dayZone,
    markedIntervals: [...new Set(marked.map(floor))]
      .filter((start) => start >= floor(bounds[0]!) && start < bounds.at(-1)!)
      .sort((a, b) => a - b),
    markedDays: [...new Set(days)].sort(),
  };
}

describe('at random', () => {
  const ranges = (seed: number) => {
    const random = createRandom(seed);
    return Array.from({ length: 1_500 }, () => randomRange(random));
  };
  it('spans are disjoint and together cover exactly the buckets', () => {
    for (const range of ranges(1)) {
      const segments = timed(coverRange(range), range.dayZone);
      for (const [bucket, from] of range.bounds.slice(0, -1).entries()) {
        let at = from;
        for (const segment of segments.filter((one) => one.bucket === bucket)) {
          expect(segment.from).toBe(at);
          expect(segment.to).toBeGreaterThan(segment.from);
          at = segment.to;
        }
        expect(at, JSON.stringify(range)).toBe(range.bounds[bucket + 1]);
      }
    }
  });
  it('no marked interval or day is used, nor a day that contains a marked interval', () => {
    for (const range of ranges(2)) {
      const { days, intervals } = coverRange(range);
      for (const { from, to } of intervals) {
        expect(from % quarter === 0 && to % quarter === 0).toBe(true);
        const used = range.markedIntervals.filter((start) => start >= from && start < to);
        expect(used).toEqual([]);
      }
      for (const { fromDay, toDay } of days) {
        const [from, to] = [dayStart(fromDay, range.dayZone).getTime(), dayStart(toDay, range.dayZone).getTime()];
        expect(range.markedIntervals.filter((start) => start >= from && start < to)).toEqual([]);
        expect(range.markedDays.filter((day) => day >= fromDay && day < toDay)).toEqual([]);
      }
    }
  });
  it('raw events are read only where rollups have none, and intervals only outside whole days', () => {
    for (const range of ranges(3)) {
      const { raw, intervals } = coverRange(range);
      const marked = new Set(range.markedIntervals);
      const needless: number[] = [];
      for (const { from, to } of raw) {
        for (let start = Math.ceil(from / quarter) * quarter; start + quarter <= to; start += quarter) {
          if (!marked.has(start)) needless.push(start);
        }
      }
      expect(needless, JSON.stringify(range)).toEqual([]);
      const touched = new Set([
        ...range.markedDays,
        ...range.markedIntervals.map((start) => dayOf(new Date(start), range.dayZone)),
      ]);
      for (const { from, to } of intervals) {
        const day = dayOf(new Date(from), range.dayZone);
        const isWhole =
          dayStart(day, range.dayZone).getTime() >= from && dayStart(addDays(day, 1), range.dayZone).getTime() <= to;
        expect(isWhole && !touched.has(day)).toBe(false);
      }
    }
  });
});
