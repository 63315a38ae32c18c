/** Hours and minutes of earlier days in which the clock shows the same. */
import { offsetAt } from '@millrace/shared/time/zone-offsets';
import type { TimeBuckets } from '../query/resolved-query.js';
import { type DayStep, earlierDay } from './shift-instant.js';
import { type ClockUnit, clockStarts, offsetText } from './time-buckets.js';

/** The earlier part of time that a bucket is compared with. */
export interface Counterpart {
  from: number;
  to: number;
  label: string;
}

/** The buckets of a date on the wall, in order of time; a time that the clock shows twice has two. */
interface ClockDay {
  ofClock: Map<string, Counterpart[]>;
  ofLabel: Map<string, { bucket: Counterpart; clock: string; place: number }>;
}

const dayMs = 86_400_000;
/** More than any offset from UTC, and than what a change of the clock moves. */
const marginMs = dayMs;

function readClockDay(unit: ClockUnit, date: string, zone: string): ClockDay {
  const midnight = Date.parse(date);
  const range = { from: new Date(midnight - marginMs), to: new Date(midnight + dayMs + marginMs) };
  const starts = [...clockStarts(unit, range, zone)];
  const day: ClockDay = { ofClock: new Map(), ofLabel: new Map() };
  starts.forEach(([from, label], index) => {
    if (!label.startsWith(date)) return;
    const bucket = { from, to: starts[index + 1]?.[0] ?? range.to.getTime(), label };
    const clock = label.slice(10, 19);
    const same = day.ofClock.get(clock) ?? [];
    day.ofLabel.set(label, { bucket, clock, place: same.push(bucket) - 1 });
    day.ofClock.set(clock, same);
  });
  return day;
}

/** Remembers what `find` found for each date. */
function oncePerDate<T>(find: (date: string) => T): (date: string) => T {
  const known = new Map<string, T>();
  return (date) => {
    const found = known.has(date) ? known.get(date)! : find(date);
    known.set(date, found);
    return found;
  };
}

/** One for each bucket: of a time that comes twice the first is paired with the first, the second with the second. */
export function pairClock(
  unit: ClockUnit,
  { bounds, labels }: TimeBuckets,
  step: DayStep,
  zone: string,
): (Counterpart | undefined)[] {
  const dayOf = oncePerDate((date) => readClockDay(unit, date, zone));
  const otherDate = oncePerDate((date) => earlierDay(date, step));
  return labels.map((label, index) => {
    const date = label.slice(0, 10);
    const { bucket: whole, clock, place } = dayOf(date).ofLabel.get(label)!;
    const earlier = otherDate(date);
    const other = earlier && dayOf(earlier).ofClock.get(clock)?.[place];
    if (!other) return undefined;
    // The range may have cut off a part of the first and of the last one.
    const from = other.from + bounds[index]!.getTime() - whole.from;
    const to = other.to - (whole.to - bounds[index + 1]!.getTime());
    return from < to ? { from, to, label: other.label } : undefined;
  });
}

/** The same stretches of time, so much earlier, named by what the clock shows at their start. */
export function pairByTime({ bounds, labels }: TimeBuckets, ms: number, zone: string): Counterpart[] {
  return labels.map((_label, index) => {
    const from = bounds[index]!.getTime() - ms;
    const offset = offsetAt(from, zone);
    const label = new Date(from + offset).toISOString().slice(0, 19) + offsetText(offset);
    return { from, to: bounds[index + 1]!.getTime() - ms, label };
  });
}
