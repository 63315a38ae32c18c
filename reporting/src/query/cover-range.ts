/** Splits a time range into the rollup days, the rollup intervals and the raw events that together cover exactly that range. */
import { intervalMs } from '@millrace/shared/contract/rollups';
import { addDays, dayOf, dayStart } from '@millrace/shared/time/zone-days';

/** Instants are milliseconds since 1970; spans are half-open. */
export interface RangeToCover {
  /** Ascending; bucket i is `[bounds[i], bounds[i + 1])`. */
  bounds: number[];
  /** Time zone of the day rollups; undefined when they must not be used. */
  dayZone: string | undefined;
  /** Starts of the marked intervals that the range overlaps, ascending. */
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

/** Outside these days, UTC offsets are not multiples of 15 minutes, or years do not have four digits. */
const firstDay = '1973-01-01';
const lastDay = '9998-01-01';

/** Shorter than any day, even across a clock change. */
const lessThanADay = 20 * 3_600_000;

const floor = (ms: number) => Math.floor(ms / intervalMs) * intervalMs;
const ceil = (ms: number) => Math.ceil(ms / intervalMs) * intervalMs;

export function coverRange(range: RangeToCover): Cover {
  const cover: Cover = { days: [], intervals: [], raw: [] };
  const coverRest = createRestCover(range, cover);
  const daysIn = range.dayZone === undefined ? undefined : createDayFinder(range, range.dayZone);
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

/** A run of days with its start and end as instants. */
interface TimedRun extends DayRun {
  start: number;
  end: number;
}

/** Returns a function that lists the runs of unmarked days inside a bucket; it must be called in the order of the buckets. */
function createDayFinder({ markedIntervals, markedDays }: RangeToCover, zone: string) {
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
    // `next` stays: a run of marked days can extend into the next bucket.
    for (let index = next; index < marked.length && marked[index]!.from < to; index += 1) {
      add(at, marked[index]!.from);
      at = marked[index]!.to;
    }
    add(at, to);
    return runs;
  };
}

/** The days that are completely inside a range. */
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

/** Returns a function that covers the time between days with intervals, and the rest with raw events. */
function createRestCover({ markedIntervals }: RangeToCover, { intervals, raw }: Cover) {
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

/** Extends the last span if the new one continues it. */
function add(segments: TimeSpan[], bucket: number, from: number, to: number): void {
  if (from >= to) return;
  const last = segments.at(-1);
  if (last?.bucket === bucket && last.to === from) last.to = to;
  else segments.push({ bucket, from, to });
}

/** Days from `from` to before `to`. */
export interface DayRun {
  from: string;
  to: string;
}

/** Consults the calendar once per marked day, however many of its intervals are marked. `intervals` must be ascending. */
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

/** Maximal runs of marked days, ascending. `intervals` must be ascending. */
export function markedDayRuns(intervals: number[], days: string[], zone: string): DayRun[] {
  const runs: DayRun[] = [];
  for (const day of [...new Set([...daysOfIntervals(intervals, zone), ...days])].sort()) {
    const last = runs.at(-1);
    if (last?.to === day) last.to = addDays(day, 1);
    else runs.push({ from: day, to: addDays(day, 1) });
  }
  return runs;
}
