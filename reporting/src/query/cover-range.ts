/** Turns a range of time into the days, the intervals and the raw rest that together are exactly that range. */
import { intervalMs } from '@millrace/shared/contract/rollups';
import { addDays, dayOf, dayStart } from '@millrace/shared/time/zone-days';

/** Instants are milliseconds since 1970, segments are half-open. */
export interface RangeToCover {
  /** Bounds of the buckets, ascending; bucket i is `[bounds[i], bounds[i + 1])`. */
  bounds: number[];
  /** Zone of the rows of days; undefined when none may be used. */
  dayZone: string | undefined;
  /** Starts of marked intervals that the range touches, ascending. */
  markedIntervals: number[];
  markedDays: string[];
}

export interface DaySpan {
  bucket: number;
  fromDay: string;
  toDay: string;
}

export interface TimeSpan {
  bucket: number;
  from: number;
  to: number;
}

/** Disjoint, ascending, and as few as possible. */
export interface Cover {
  days: DaySpan[];
  intervals: TimeSpan[];
  raw: TimeSpan[];
}

/** Days before and after lie where offsets are no multiples of 15 minutes, or where years have other than four digits. */
const firstDay = '1973-01-01';
const lastDay = '9998-01-01';

/** Shorter than any day, whatever the clocks did. */
const lessThanADay = 20 * 3_600_000;

const floor = (ms: number) => Math.floor(ms / intervalMs) * intervalMs;
const ceil = (ms: number) => Math.ceil(ms / intervalMs) * intervalMs;

export function coverRange(range: RangeToCover): Cover {
  const cover: Cover = { days: [], intervals: [], raw: [] };
  const coverRest = intervalCover(range, cover);
  const daysIn = range.dayZone === undefined ? undefined : dayFinder(range, range.dayZone);
  for (let bucket = 0; bucket < range.bounds.length - 1; bucket += 1) {
    const end = range.bounds[bucket + 1]!;
    let at = range.bounds[bucket]!;
    for (const run of daysIn && end - at >= lessThanADay ? daysIn(at, end) : []) {
      coverRest(bucket, at, run.start);
      cover.days.push({ bucket, fromDay: run.from, toDay: run.to });
      at = run.end;
    }
    coverRest(bucket, at, end);
  }
  return cover;
}

/** Days as a run, with the instants at which it starts and ends. */
interface TimedRun extends DayRun {
  start: number;
  end: number;
}

/** Returns a function that lists the runs of unmarked days inside a bucket; buckets come in order. */
function dayFinder({ markedIntervals, markedDays }: RangeToCover, zone: string) {
  const marked = markedDayRuns(markedIntervals, markedDays, zone);
  const startOf = (day: string) => dayStart(day, zone).getTime();
  let next = 0;
  return (start: number, end: number): TimedRun[] => {
    const { from, to } = wholeDays(start, end, zone);
    const runs: TimedRun[] = [];
    const add = (first: string, last: string) => {
      if (first < last) runs.push({ from: first, to: last, start: startOf(first), end: startOf(last) });
    };
    while (next < marked.length && marked[next]!.to <= from) next += 1;
    let at = from;
    // Not `next` itself: a run of marked days may go on in the next bucket.
    for (let index = next; index < marked.length && marked[index]!.from < to; index += 1) {
      add(at, marked[index]!.from);
      at = marked[index]!.to;
    }
    add(at, to);
    return runs;
  };
}

/** The days that lie in a range from their start to their end. */
function wholeDays(start: number, end: number, zone: string): DayRun {
  const [earliest, latest] = [dayStart(firstDay, zone).getTime(), dayStart(lastDay, zone).getTime()];
  if (end <= earliest) return { from: firstDay, to: firstDay };
  if (start >= latest) return { from: lastDay, to: lastDay };
  const first = Math.max(start, earliest);
  const last = Math.min(end, latest);
  const from = dayOf(new Date(first), zone);
  const isWhole = dayStart(from, zone).getTime() === first;
  return { from: isWhole ? from : addDays(from, 1), to: dayOf(new Date(last), zone) };
}

/** Returns a function that covers what days leave over with intervals, and what those leave over with raw events. */
function intervalCover({ markedIntervals }: RangeToCover, { intervals, raw }: Cover) {
  let next = 0;
  return (bucket: number, from: number, to: number) => {
    const first = Math.min(to, ceil(from));
    const end = Math.max(first, floor(to));
    add(raw, bucket, from, first);
    while (next < markedIntervals.length && markedIntervals[next]! < first) next += 1;
    let at = first;
    for (; next < markedIntervals.length && markedIntervals[next]! < end; next += 1) {
      const start = markedIntervals[next]!;
      add(intervals, bucket, at, start);
      add(raw, bucket, start, start + intervalMs);
      at = start + intervalMs;
    }
    add(intervals, bucket, at, end);
    add(raw, bucket, end, to);
  };
}

/** Joined to the last segment where that ends. */
function add(segments: TimeSpan[], bucket: number, from: number, to: number): void {
  if (from >= to) return;
  const last = segments.at(-1);
  if (last?.bucket === bucket && last.to === from) last.to = to;
  else segments.push({ bucket, from, to });
}

/** Days from `from` up to, not including, `to`. */
export interface DayRun {
  from: string;
  to: string;
}

/** One look at the calendar per marked day, however many of its intervals are marked. `intervals` ascending. */
function daysOfIntervals(intervals: number[], zone: string): string[] {
  const days: string[] = [];
  let end = Number.NEGATIVE_INFINITY;
  for (const start of intervals) {
    if (start < end) continue;
    const day = dayOf(new Date(start), zone);
    days.push(day);
    end = dayStart(addDays(day, 1), zone).getTime();
  }
  return days;
}

/** Maximal runs of marked days, ascending. `intervals` ascending. */
export function markedDayRuns(intervals: number[], days: string[], zone: string): DayRun[] {
  const runs: DayRun[] = [];
  for (const day of [...new Set([...daysOfIntervals(intervals, zone), ...days])].sort()) {
    const last = runs.at(-1);
    if (last?.to === day) last.to = addDays(day, 1);
    else runs.push({ from: day, to: addDays(day, 1) });
  }
  return runs;
}
