/** Turns a span of time into the one to compare it with. */
import { addDays } from '@millrace/shared/zone-days';
import { Temporal } from 'temporal-polyfill';
import { daysIn, firstOfMonth, yearBefore } from './calendar.js';
import type { DateRange, DaySpan, InstantSpan, Span } from './parse-date-range.js';
import type { ComparisonName } from './query-names.js';

/** Dates stay dates, so that a day is compared with a day also when the clock has changed in between. */
export function compareSpan(name: ComparisonName, range: DateRange, span: Span, zone: string): Span {
  if (name === 'year_over_year') return yearEarlier(span, zone);
  if (span.kind === 'instants') return durationBefore(span);
  return range.kind === 'named' && range.name === 'month' ? monthBefore(span) : daysBefore(span);
}

function daysBefore({ from, to }: DaySpan): DaySpan {
  return { kind: 'days', from: addDays(from, -daysIn(from, to)), to: addDays(from, -1) };
}

function monthBefore({ from }: DaySpan): DaySpan {
  return { kind: 'days', from: firstOfMonth(from, -1), to: addDays(from, -1) };
}

const spanning = (fromMs: number, durationMs: number): InstantSpan => ({
  kind: 'instants',
  from: new Date(fromMs),
  to: new Date(fromMs + durationMs),
});

function durationBefore({ from, to }: InstantSpan): InstantSpan {
  const durationMs = to.getTime() - from.getTime();
  return spanning(from.getTime() - durationMs, durationMs);
}

/** Instants begin when the clock showed the same a year ago, and last as long. */
function yearEarlier(span: Span, zone: string): Span {
  if (span.kind === 'days') return { kind: 'days', from: yearBefore(span.from), to: yearBefore(span.to) };
  const local = Temporal.Instant.fromEpochMilliseconds(span.from.getTime()).toZonedDateTimeISO(zone);
  return spanning(local.subtract({ years: 1 }).epochMilliseconds, span.to.getTime() - span.from.getTime());
}
