import { countIntervals, ownedRanges } from '@millrace/shared/segments/interval-ranges';
import { describe, expect, it } from 'vitest';
import { chooseMerge } from '../../src/segments/choose-merge.js';
import type { StoredSegment } from '../../src/segments/stored-segments.js';
import { simulateRolls } from './simulate-rolls.js';

/** From the middle of one month to the middle of the next. */
const days = 31;
const monthOf = (instant: number) => new Date(instant).toISOString().slice(0, 7);

function expectMonthsApart(segments: StoredSegment[]): void {
  for (const { starts, ends } of segments) expect(monthOf(starts.getTime())).toBe(monthOf(ends.getTime() - 1));
}

/** Events per interval and share of late ones → maximum number of segments, final number of segments, maximum copies per event. */
const sites: [events: number, late: number, most: number, left: number, copies: number][] = [
  [1, 0, 7, 3, 28],
  [1, 0.3, 8, 4, 240],
  [20, 0, 7, 4, 26],
  [100, 0, 12, 9, 21],
  [100, 0.3, 18, 14, 37],
  [1_000, 0, 66, 64, 8],
  [1_000, 0.3, 66, 64, 12],
  [25_000, 0, 98, 96, 6],
  [25_000, 0.05, 150, 75, 6],
];

describe('merges of a site', () => {
  it.each(sites)(
    'with %d events per interval and late events in %d of the rolls keep the number of segments low',
    (...site) => {
      const [events, late, most, left, copies] = site;
      const simulated = simulateRolls({ days, eventsOf: () => events, late, seed: 7 });
      expect(simulated.most).toBeLessThanOrEqual(most);
      expect(simulated.segments.length).toBeLessThanOrEqual(left);
      expect(simulated.copied / simulated.events).toBeLessThanOrEqual(copies);
      expectMonthsApart(simulated.segments);
    },
  );

  it("with a few events a day leave one segment per month, and today's", () => {
    const simulated = simulateRolls({ days, eventsOf: (interval) => (interval % 37 === 0 ? 1 : 0), late: 0, seed: 1 });
    expect(simulated.segments.length).toBeLessThanOrEqual(2 + 3);
    expectMonthsApart(simulated.segments);
  });

  it('lose and duplicate no interval', () => {
    const simulated = simulateRolls({ days: 5, eventsOf: (interval) => interval % 7, late: 0.5, seed: 3 });
    const owned = [...ownedRanges(simulated.segments).values()];
    const intervals = owned.reduce((sum, ranges) => sum + countIntervals(ranges), 0);
    const withEvents = simulated.segments.reduce((sum, { covers }) => sum + countIntervals(covers), 0);
    expect(intervals).toBeGreaterThan(5 * 96 * (6 / 7) - 1);
    expect(withEvents - intervals).toBeLessThan(20);
  });
});

const day = 1_993_536; // 9 November 2026
const over = new Date('2026-11-12Z');
const at = (version: number, covers: number[], fields: Partial<StoredSegment> = {}): StoredSegment => ({
  ...{ version, covers, hasData: true, rows: 10, omits: '' },
  starts: new Date(covers[0]! * 900_000),
  ends: new Date(covers.at(-1)! * 900_000),
  ...fields,
});
const chosen = (segments: StoredSegment[]) =>
  chooseMerge(segments, over)
    ?.map(({ version }) => version)
    .sort();

describe('segments without data', () => {
  it('are never merged, and older segments omit what they cover', () => {
    const segments = [at(1, [day, day + 4]), at(2, [day + 1, day + 2], { hasData: false }), at(3, [day + 4, day + 6])];
    expect(chosen(segments)).toEqual([1, 3]);
    expect(chosen(segments.slice(1))).toBeUndefined();
  });
});

describe('segments that omit different columns', () => {
  const whole = at(1, [day, day + 90], { rows: 20_005 });
  const late = (version: number) => at(version, [day + 90 + version, day + 91 + version], { omits: 'path' });

  it('are not merged with a large one, which would lose columns', () => {
    expect(chosen([whole, late(2)])).toBeUndefined();
    expect(chosen([whole, late(2), late(3)])).toEqual([2, 3]);
    expect(chosen([whole, at(2, [day + 92, day + 93])])).toEqual([1, 2]);
  });

  it('are merged while they are small', () => {
    expect(chosen([at(1, [day, day + 90], { rows: 15_000 }), late(2)])).toEqual([1, 2]);
  });
});
