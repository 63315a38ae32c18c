/** Hours and minutes of earlier days in which the clock shows the same. */
import { offsetAt } from '@millrace/shared/zone-offsets';
import type { TimeBuckets } from '../query/resolved-query.js';
import type { DayStep } from './shift-instant.js';
import { earlierDay } from './shift-instant.js';
import { type ClockUnit, clockStarts, offsetText } from './time-buckets.js';

/** The earlier part of time that a bucket is compared with. */
export interface Counterpart {
  from: number;
  to: number;
  label: string;
}

interface ClockBucket extends Counterpart {
  /** What the clock shows at its start. */
  clock: string;
}

const dayMs = 86_400_000;
/** More than any offset from UTC, and than what a change of the clock moves. */
const marginMs = dayMs;

/** The buckets of a date on the wall, in order of time; a time that the clock shows twice is there twice. */
function clockBuckets(unit: ClockUnit, date: string, zone: string): ClockBucket[] {
  const midnight = Date.parse(date);
  const range = { from: new Date(midnight - marginMs), to: new Date(midnight + dayMs + marginMs) };
  const starts = [...clockStarts(unit, range, zone)];
  return starts.flatMap(([from, label], index) => {
    const to = starts[index + 1]?.[0] ?? range.to.getTime();
    return label.startsWith(date) ? [{ from, to, label, clock: label.slice(0, 19) }] : [];
  });
}

/** Looks up the buckets of a date, each date once. */
function clockCalendar(unit: ClockUnit, zone: string): (date: string) => ClockBucket[] {
  const known = new Map<string, ClockBucket[]>();
  return (date) => {
    const buckets = known.get(date) ?? clockBuckets(unit, date, zone);
    known.set(date, buckets);
    return buckets;
  };
}

/** One for each bucket: of a time that comes twice the first is paired with the first, the second with the second. */
export function pairClock(
  unit: ClockUnit,
  { bounds, labels }: TimeBuckets,
  step: DayStep,
  zone: string,
): (Counterpart | undefined)[] {
  const bucketsOf = clockCalendar(unit, zone);
  return labels.map((label, index) => {
    const own = bucketsOf(label.slice(0, 10));
    const whole = own.find((bucket) => bucket.label === label)!;
    const place = own.filter(({ clock }) => clock === whole.clock).indexOf(whole);
    const date = earlierDay(label.slice(0, 10), step);
    const clock = `${date}${whole.clock.slice(10)}`;
    const other = date && bucketsOf(date).filter((bucket) => bucket.clock === clock)[place];
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
