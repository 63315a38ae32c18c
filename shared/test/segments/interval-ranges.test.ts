/** Compares sets of intervals with plain sets of random numbers. */
import {
  countIntervals,
  type IntervalRanges,
  intersect,
  intervalOf,
  ownedRanges,
  rangesOf,
  startOf,
  subtract,
  unite,
} from '@millrace/shared/segments/interval-ranges';
import { createRandom, type Random } from '@millrace/shared/testing/create-random';
import { describe, expect, it } from 'vitest';

const ascending = (set: Set<number>) => [...set].sort((a, b) => a - b);

function randomSet(random: Random): Set<number> {
  const share = random.pick([0, 0.1, 0.5, 0.9, 1]);
  return new Set(Array.from({ length: random.below(40) }, (_, at) => at + 100).filter(() => random() < share));
}

function membersOf(ranges: IntervalRanges): number[] {
  const members: number[] = [];
  for (let at = 0; at < ranges.length; at += 2) {
    for (let interval = ranges[at]!; interval < ranges[at + 1]!; interval += 1) members.push(interval);
  }
  return members;
}

/** Ascending pairs that do not touch. */
function expectWellFormed(ranges: IntervalRanges): void {
  expect(ranges.length % 2).toBe(0);
  for (let at = 1; at < ranges.length; at += 1) expect(ranges[at]!).toBeGreaterThan(ranges[at - 1]!);
}

describe('sets of intervals', () => {
  it.each([1, 2, 3])('behave like sets of numbers in union, difference and intersection (seed %d)', (seed) => {
    const random = createRandom(seed);
    for (let round = 0; round < 1_000; round += 1) {
      const [a, b] = [randomSet(random), randomSet(random)];
      const [rangesA, rangesB] = [rangesOf(ascending(a)), rangesOf(ascending(b))];
      const expected: [number[], Set<number>][] = [
        [rangesA, a],
        [unite(rangesA, rangesB), new Set([...a, ...b])],
        [subtract(rangesA, rangesB), new Set([...a].filter((interval) => !b.has(interval)))],
        [intersect(rangesA, rangesB), new Set([...a].filter((interval) => b.has(interval)))],
      ];
      for (const [ranges, set] of expected) {
        expectWellFormed(ranges);
        expect(membersOf(ranges)).toEqual(ascending(set));
        expect(countIntervals(ranges)).toBe(set.size);
      }
    }
  });

  it('join ranges that touch', () => {
    expect(unite([1, 3], [3, 5])).toEqual([1, 5]);
    expect(subtract([1, 5], [2, 3])).toEqual([1, 2, 3, 5]);
    expect(intersect([1, 3], [3, 5])).toEqual([]);
    expect(rangesOf([])).toEqual([]);
  });
});

describe('the newest of several segments', () => {
  it.each([4, 5])('is the one with the highest version, for each interval (seed %d)', (seed) => {
    const random = createRandom(seed);
    for (let round = 0; round < 300; round += 1) {
      const segments = Array.from({ length: random.below(8) }, (_, at) => ({
        version: at * 3 + 1,
        covers: rangesOf(ascending(randomSet(random))),
      })).sort(() => random() - 0.5);
      const expected = new Map<number, number>();
      for (const { version, covers } of segments) {
        for (const interval of membersOf(covers)) {
          expected.set(interval, Math.max(version, expected.get(interval) ?? 0));
        }
      }
      const owned = ownedRanges(segments);
      expect(owned.size).toBe(segments.length);
      const found = [...owned].flatMap(([{ version }, ranges]) =>
        membersOf(ranges).map((at) => [at, version] as const),
      );
      expect(new Map(found)).toEqual(expected);
      expect(found.length).toBe(expected.size);
    }
  });
});

describe('the number of an interval', () => {
  it('counts 15-minute intervals since 1970', () => {
    expect(intervalOf(new Date('1970-01-01T00:14:59.999Z'))).toBe(0);
    expect(intervalOf(new Date('2026-11-09T10:15:00Z'))).toBe(1_993_577);
    expect(startOf(1_993_577)).toEqual(new Date('2026-11-09T10:15:00Z'));
  });
});
