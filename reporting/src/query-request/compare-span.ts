/** The span that a span is compared with, and how far back it is. */
import { dayMs } from '@millrace/shared/time/durations';
import { addDays, dayOf, dayStart } from '@millrace/shared/time/zone-days';
import { offsetAt } from '@millrace/shared/time/zone-offsets';
import { Temporal } from 'temporal-polyfill';
import type { TimeRange } from '../query/resolved-query.js';
import { daysIn, monthsBetween } from './calendar.js';
import type { DateRange, DaySpan, InstantSpan, Span } from './parse-date-range.js';
import { type Shift, shiftDays } from './presets.js';
import type { ComparisonName, MatchName } from './query-names.js';
import { dayPresetOf } from './resolve-span.js';
import { atSameClock } from './shift-instant.js';

export interface EarlierSpan {
  span: Span;
  /** Distance from the requested span back to this one. */
  shift: Shift;
  /** The part of the requested span that is compared, when that is not all of it. */
  elapsed?: TimeRange;
}

interface EarlierDays extends EarlierSpan {
  span: DaySpan;
}

/** `presets.ts` has the rules of each name. Dates stay dates: a day is compared with a day. */
export function compareSpan(
  name: ComparisonName,
  match: MatchName,
  range: DateRange,
  span: Span,
  zone: string,
  now: Date,
): EarlierSpan {
  if (span.kind === 'instants') return earlierInstants(name, match, span, zone);
  const preset = range.kind === 'named' ? dayPresetOf(range.name) : undefined;
  const length = daysIn(span.from, span.to);
  const shift =
    name === 'year_over_year'
      ? (preset?.yearShift ?? { kind: 'months', count: 12 })
      : (preset?.previousShift ?? { kind: 'days', count: length });
  const earlier = { kind: 'days', ...shiftDays(span, shift, preset?.isComplete ?? false) } as const;
  const found = match === 'date' ? { span: earlier, shift } : byWeekday(name, span, earlier, length);
  return preset?.comparesElapsed ? untilSameClock(span, found, zone, now) : found;
}

/** The first day of the earlier span up to the current clock time; the whole day if the zone skipped that time. */
function untilSameClock(span: DaySpan, earlier: EarlierDays, zone: string, now: Date): EarlierSpan {
  const day = earlier.span.from;
  const end = Math.min(atSameClock(now.getTime(), day, zone), dayStart(addDays(day, 1), zone).getTime());
  return {
    span: { kind: 'instants', from: dayStart(day, zone), to: new Date(end) },
    shift: earlier.shift,
    elapsed: { from: dayStart(span.from, zone), to: now },
  };
}

/** `days` rounded to whole weeks, but at least `length`, so that the earlier span does not overlap the requested one. */
export function wholeWeeks(days: number, length: number): number {
  return 7 * Math.max(Math.round(days / 7), Math.ceil(length / 7));
}

function byWeekday(name: ComparisonName, span: DaySpan, earlier: DaySpan, length: number): EarlierDays {
  const distance = daysIn(earlier.from, span.from) - 1;
  // A range of several years is still compared with the year before.
  const count = wholeWeeks(distance, name === 'year_over_year' ? 1 : length);
  return {
    span: { kind: 'days', from: addDays(span.from, -count), to: addDays(span.to, -count) },
    shift: { kind: 'days', count },
  };
}

/** Starts at the same clock time that far back, and has the same length. */
function earlierInstants(name: ComparisonName, match: MatchName, span: InstantSpan, zone: string): EarlierSpan {
  const lengthMs = span.to.getTime() - span.from.getTime();
  if (match === 'weekday') {
    const days = name === 'year_over_year' ? 364 : wholeWeeks(lengthMs / dayMs, lengthMs / dayMs);
    return shiftedClock(span, zone, { days }, { kind: 'days', count: days });
  }
  if (name === 'year_over_year') return shiftedClock(span, zone, { years: 1 }, { kind: 'months', count: 12 });
  return {
    span: { kind: 'instants', from: new Date(span.from.getTime() - lengthMs), to: span.from },
    shift: lengthMs % dayMs === 0 ? { kind: 'days', count: lengthMs / dayMs } : { kind: 'ms', count: lengthMs },
  };
}

function shiftedClock({ from, to }: InstantSpan, zone: string, by: Temporal.DurationLike, shift: Shift): EarlierSpan {
  const local = Temporal.Instant.fromEpochMilliseconds(from.getTime()).toZonedDateTimeISO(zone);
  const start = local.subtract(by).epochMilliseconds;
  const lengthMs = to.getTime() - from.getTime();
  return { span: { kind: 'instants', from: new Date(start), to: new Date(start + lengthMs) }, shift };
}

/** Distance to a span given by its two ends: in months when both start on the same day of the month. */
export function shiftBetween(span: Span, earlier: Span, match: MatchName, zone: string): Shift {
  const [from, earlierFrom] = [span, earlier].map((each) => firstDayOf(each, zone)) as [string, string];
  const days = daysIn(earlierFrom, from) - 1;
  if (match === 'weekday') return { kind: 'days', count: 7 * Math.round(days / 7) };
  if (span.kind === 'instants' || earlier.kind === 'instants') return shiftOfClocks(span, earlier, zone);
  if (from.slice(8) === earlierFrom.slice(8)) return { kind: 'months', count: monthsBetween(earlierFrom, from) };
  return { kind: 'days', count: days };
}

const firstDayOf = (span: Span, zone: string) => (span.kind === 'days' ? span.from : dayOf(span.from, zone));

/** Local time at the start, as if it were UTC. */
function clockAt(span: Span, zone: string): number {
  if (span.kind === 'days') return Date.parse(span.from);
  return span.from.getTime() + offsetAt(span.from.getTime(), zone);
}

function shiftOfClocks(span: Span, earlier: Span, zone: string): Shift {
  const count = clockAt(span, zone) - clockAt(earlier, zone);
  return count % dayMs === 0 ? { kind: 'days', count: count / dayMs } : { kind: 'ms', count };
}
