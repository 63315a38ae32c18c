/** Pairs hours and minutes with the same clock time of earlier days. */
import { dayMs } from '@millrace/shared/time/durations';
import { offsetAt } from '@millrace/shared/time/zone-offsets';
import type { TimeBuckets } from '../query/resolved-query.js';
import { type DayStep, earlierDay } from './shift-instant.js';
import { type ClockUnit, clockStarts, offsetText } from './time-buckets.js';

/** The earlier stretch of time that a bucket is compared with. */
export interface Counterpart {
  from: number;
  to: number;
  label: string;
}

/** The buckets of a local date in order; a clock time that occurs twice has two. */
interface ClockDay {
  byClockTime: Map<string, Counterpart[]>;
  byLabel: Map<string, { bucket: Counterpart; clock: string; place: number }>;
}

/** More than any UTC offset and any clock change. */
const marginMs = dayMs;

function readClockDay(unit: ClockUnit, date: string, zone: string): ClockDay {
  const midnight = Date.parse(date);
  const range = { from: new Date(midnight - marginMs), to: new Date(midnight + dayMs + marginMs) };
  const starts = [...clockStarts(unit, range, zone)];
  const day: ClockDay = { byClockTime: new Map(), byLabel: new Map() };
  starts.forEach(([from, label], index) => {
    if (!label.startsWith(date)) return;
    const bucket = { from, to: starts[index + 1]?.[0] ?? range.to.getTime(), label };
    const clock = label.slice(10, 19);
    const same = day.byClockTime.get(clock) ?? [];
    day.byLabel.set(label, { bucket, clock, place: same.push(bucket) - 1 });
    day.byClockTime.set(clock, same);
  });
  return day;
}

function memoizeByDate<T>(find: (date: string) => T): (date: string) => T {
  const results = new Map<string, T>();
  return (date) => {
    const found = results.has(date) ? results.get(date)! : find(date);
    results.set(date, found);
    return found;
  };
}

/** One per bucket. If a clock time occurs twice, the first is paired with the first and the second with the second. */
export function pairClock(
  unit: ClockUnit,
  { bounds, labels }: TimeBuckets,
  step: DayStep,
  zone: string,
): (Counterpart | undefined)[] {
  const dayOf = memoizeByDate((date) => readClockDay(unit, date, zone));
  const otherDate = memoizeByDate((date) => earlierDay(date, step));
  return labels.map((label, index) => {
    const date = label.slice(0, 10);
    const { bucket: whole, clock, place } = dayOf(date).byLabel.get(label)!;
    const earlier = otherDate(date);
    const other = earlier && dayOf(earlier).byClockTime.get(clock)?.[place];
    if (!other) return undefined;
    // The range may have cut off part of the first and last bucket.
    const from = other.from + bounds[index]!.getTime() - whole.from;
    const to = other.to - (whole.to - bounds[index + 1]!.getTime());
    return from < to ? { from, to, label: other.label } : undefined;
  });
}

/** The same stretches `ms` earlier, labelled with the local time at their start. */
export function pairByTime({ bounds, labels }: TimeBuckets, ms: number, zone: string): Counterpart[] {
  return labels.map((_label, index) => {
    const from = bounds[index]!.getTime() - ms;
    const offset = offsetAt(from, zone);
    const label = new Date(from + offset).toISOString().slice(0, 19) + offsetText(offset);
    return { from, to: bounds[index + 1]!.getTime() - ms, label };
  });
}
