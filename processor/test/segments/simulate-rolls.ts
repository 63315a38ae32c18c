/** Simulates days of rolls without a database and counts how often events are copied. */
import { intervalOf, ownedRanges, rangesOf, startOf, unite } from '@millrace/shared/segments/interval-ranges';
import { createRandom } from '@millrace/shared/testing/create-random';
import { chooseMerge } from '../../src/segments/choose-merge.js';
import type { StoredSegment } from '../../src/segments/stored-segments.js';

export interface SimulatedSite {
  days: number;
  /** Number of events in an interval; 0: no roll. */
  eventsOf(interval: number): number;
  /** Share of rolls with a late event in an earlier interval. */
  late: number;
  seed: number;
}

export interface SimulatedSegments {
  segments: StoredSegment[];
  events: number;
  /** Total number of events that merges wrote. */
  copied: number;
  /** Maximum number of segments at a time. */
  most: number;
}

const first = intervalOf(new Date('2026-10-15T00:00:00Z'));
const intervalsPerDay = 96;

function membersOf(ranges: readonly number[]): number[] {
  const members: number[] = [];
  for (let at = 0; at < ranges.length; at += 2) {
    for (let interval = ranges[at]!; interval < ranges[at + 1]!; interval += 1) members.push(interval);
  }
  return members;
}

export function simulateRolls({ days, eventsOf, late, seed }: SimulatedSite): SimulatedSegments {
  const random = createRandom(seed);
  const added = new Map<number, number>();
  const rowsOf = (interval: number) => eventsOf(interval) + (added.get(interval) ?? 0);
  const done: SimulatedSegments = { segments: [], events: 0, copied: 0, most: 0 };
  let version = 0;
  function store(covers: readonly number[]): StoredSegment {
    version += 1;
    const rows = membersOf(covers).reduce((sum, interval) => sum + rowsOf(interval), 0);
    const segment = {
      version,
      covers,
      rows,
      hasData: true,
      omits: '',
      starts: startOf(covers[0]!),
      ends: startOf(covers.at(-1)!),
    };
    done.segments = [...done.segments, segment].sort(
      (a, b) => a.starts.getTime() - b.starts.getTime() || a.version - b.version,
    );
    return segment;
  }
  function mergeAll(now: Date): void {
    for (;;) {
      const members = chooseMerge(done.segments, now);
      if (members === undefined) return;
      const owned = ownedRanges(done.segments);
      const covers = members.reduce<number[]>((sum, member) => unite(sum, owned.get(member)!), []);
      done.segments = done.segments.filter((segment) => !members.includes(segment));
      if (covers.length > 0) done.copied += store(covers).rows;
    }
  }
  for (let interval = first; interval < first + days * intervalsPerDay; interval += 1) {
    const now = startOf(interval + 1);
    if (eventsOf(interval) > 0) store(rangesOf([interval]));
    if (random() < late) {
      const past = interval - 1 - random.below(Math.min(3 * intervalsPerDay, interval - first + 1));
      if (past >= first) {
        added.set(past, (added.get(past) ?? 0) + 1);
        store(rangesOf([past]));
      }
    }
    mergeAll(now);
    done.most = Math.max(done.most, done.segments.length);
  }
  for (let interval = first; interval < first + days * intervalsPerDay; interval += 1) done.events += rowsOf(interval);
  return done;
}
