/** Converts between days of a time zone and instants. Uses cached UTC offsets, which is much faster than Temporal. */
import { dayMs } from './durations.js';
import { offsetAt, spansOfYear } from './zone-offsets.js';

const dayNumber = (day: string) => Date.parse(`${day}T00:00:00Z`) / dayMs;
const dayText = (number: number) => new Date(number * dayMs).toISOString().slice(0, 10);

/** The first instant at which the clock shows midnight or later: midnight may happen twice or not at all. */
function startOf(number: number, zone: string): number {
  const midnight = number * dayMs;
  const spans = spansOfYear(zone, new Date(midnight).getUTCFullYear());
  for (const span of spans) {
    const start = Math.max(midnight - span.offset, span.from);
    if (start < span.to) return start;
  }
  throw new RangeError(`no such day in ${zone}: ${number}`);
}

/** The first instant of `day` (`YYYY-MM-DD`) in `zone`. */
export const dayStart = (day: string, zone: string): Date => new Date(startOf(dayNumber(day), zone));

/**
 * The day (`YYYY-MM-DD`) of an instant in `zone`: the last one that has started. A day is therefore one continuous range even if
 * the clock goes back across midnight. A day that a zone skipped has no instants.
 */
export function dayOf(instant: Date, zone: string): string {
  const ms = instant.getTime();
  let number = Math.floor((ms + offsetAt(ms, zone)) / dayMs);
  while (startOf(number + 1, zone) <= ms) number += 1;
  return dayText(number);
}

/** `count` may be negative. */
export const addDays = (day: string, count: number): string => dayText(dayNumber(day) + count);
