/** UTC offsets of time zones, cached by year. */

import { Temporal } from 'temporal-polyfill';
import { dayMs } from './durations.js';

/** The half-open range between two clock changes, in milliseconds; `offset` is local time minus UTC. */
export interface OffsetSpan {
  from: number;
  to: number;
  offset: number;
}

/** A lookup in Temporal takes some 20 µs, so each year of a zone is computed once. 20,000 years take about 5 MB. */
const maxYears = 20_000;
const years = new Map<string, OffsetSpan[]>();

const yearOf = (ms: number) => new Date(ms).getUTCFullYear();

function findSpans(zone: string, from: number, to: number): OffsetSpan[] {
  const spans: OffsetSpan[] = [];
  for (let start = from; start < to; ) {
    const time = Temporal.Instant.fromEpochMilliseconds(start).toZonedDateTimeISO(zone);
    const end = Math.min(time.getTimeZoneTransition('next')?.epochMilliseconds ?? to, to);
    const offset = time.offsetNanoseconds / 1e6;
    const last = spans.at(-1);
    // Some transitions change only the name of the zone.
    if (last?.offset === offset) last.to = end;
    else spans.push({ from: start, to: end, offset });
    start = end;
  }
  return spans;
}

/** The spans of a UTC year plus two days on both sides, so that dates near its ends do not need another year. */
export function spansOfYear(zone: string, year: number): OffsetSpan[] {
  const key = `${zone} ${year}`;
  const cached = years.get(key);
  if (cached) return cached;
  if (years.size >= maxYears) years.clear();
  const spans = findSpans(zone, Date.UTC(year, 0, 1) - 2 * dayMs, Date.UTC(year + 1, 0, 1) + 2 * dayMs);
  years.set(key, spans);
  return spans;
}

/** Local time minus UTC, in milliseconds. */
export function offsetAt(ms: number, zone: string): number {
  return spansOfYear(zone, yearOf(ms)).find(({ to }) => ms < to)!.offset;
}

/** The spans of `[from, to)`, clipped at both ends. */
export function offsetSpans(from: number, to: number, zone: string): OffsetSpan[] {
  const spans: OffsetSpan[] = [];
  for (let year = yearOf(from); from < to && year <= yearOf(to - 1); year += 1) {
    for (const span of spansOfYear(zone, year)) {
      const start = Math.max(span.from, spans.at(-1)?.to ?? from);
      const end = Math.min(span.to, to);
      if (start >= end) continue;
      const last = spans.at(-1);
      if (last?.offset === span.offset) last.to = end;
      else spans.push({ from: start, to: end, offset: span.offset });
    }
  }
  return spans;
}
