/** Turns a range into the buckets of its time axis, each a stretch of time with the name of its unit's start. */
import { addDays, dayOf, dayStart } from '@millrace/shared/zone-days';
import { offsetSpans } from '@millrace/shared/zone-offsets';
import type { TimeBuckets, TimeRange, TimeUnit } from '../query/resolved-query.js';
import { firstOfMonth, mondayOf } from './calendar.js';
import { queryLimits } from './query-names.js';
import { refusal } from './refuse.js';

type CalendarUnit = 'day' | 'week' | 'month';
type ClockUnit = 'minute' | 'hour';

const clockMs: Record<ClockUnit, number> = { minute: 60_000, hour: 3_600_000 };

const calendar: Record<CalendarUnit, { start: (day: string) => string; next: (start: string) => string }> = {
  day: { start: (day) => day, next: (start) => addDays(start, 1) },
  week: { start: mondayOf, next: (start) => addDays(start, 7) },
  month: { start: (day) => firstOfMonth(day), next: (start) => firstOfMonth(start, 1) },
};

/** Where each bucket starts, in order, and what it is called. */
type Starts = Generator<[startMs: number, label: string]>;

/** @throws ServiceError `invalid_request` when there would be more than 10,000. */
export function timeBuckets(unit: TimeUnit, range: TimeRange, zone: string): TimeBuckets {
  const isClock = unit === 'minute' || unit === 'hour';
  const bounds: Date[] = [];
  const labels: string[] = [];
  for (const [startMs, label] of isClock ? clockStarts(unit, range, zone) : calendarStarts(unit, range, zone)) {
    if (labels.length === queryLimits.buckets) {
      const limit = queryLimits.buckets.toLocaleString('en');
      throw refusal(['dimensions'], `would make more than ${limit} buckets of time:${unit}; shorten the range`);
    }
    bounds.push(new Date(startMs));
    labels.push(label);
  }
  bounds.push(range.to);
  return { unit, bounds, labels };
}

/** A day that the zone has skipped lasts no time and is left out. */
function* calendarStarts(unit: CalendarUnit, range: TimeRange, zone: string): Starts {
  const { start, next } = calendar[unit];
  let label = start(dayOf(range.from, zone));
  for (let startMs = range.from.getTime(); startMs < range.to.getTime(); ) {
    const following = next(label);
    const endMs = dayStart(following, zone).getTime();
    if (endMs > startMs) yield [startMs, label];
    startMs = Math.max(startMs, endMs);
    label = following;
  }
}

/** A change of the clock begins a new bucket: time that the clock shows twice is told apart by its offset. */
function* clockStarts(unit: ClockUnit, range: TimeRange, zone: string): Starts {
  const unitMs = clockMs[unit];
  for (const { from, to, offset } of offsetSpans(range.from.getTime(), range.to.getTime(), zone)) {
    const suffix = offsetText(offset);
    for (let local = Math.floor((from + offset) / unitMs) * unitMs; local - offset < to; local += unitMs) {
      yield [Math.max(local - offset, from), new Date(local).toISOString().slice(0, 19) + suffix];
    }
  }
}

/** `+05:30`; zones have offsets of whole minutes since 1972. */
function offsetText(offsetMs: number): string {
  const minutes = Math.round(Math.abs(offsetMs) / 60_000);
  const two = (part: number) => String(Math.floor(part)).padStart(2, '0');
  return `${offsetMs < 0 ? '-' : '+'}${two(minutes / 60)}:${two(minutes % 60)}`;
}
