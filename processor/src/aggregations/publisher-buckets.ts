/** Turns instants into the hours, days, weeks and months of a site's clock that they lie in. */
import type { PublisherData } from '@millrace/shared/contract/job-data';
import { intervalMs } from '@millrace/shared/contract/rollups';
import { offsetSpans } from '@millrace/shared/time/zone-offsets';
import { periodsOf } from './periods.js';
import type { Bucket } from './publisher-performance.js';

const hourMs = 3_600_000;

/**
 * The hours of the clock that `[from, to)` touches: whole ones, cut where the clock changes, so that the hour that comes twice
 * is two.
 */
export function hoursOf(from: Date, to: Date, zone: string): Bucket[] {
  const hours: Bucket[] = [];
  // Two hours on both sides, so that the first and the last are whole.
  for (const span of offsetSpans(from.getTime() - 2 * hourMs, to.getTime() + 2 * hourMs, zone)) {
    let start = span.from;
    while (start < span.to) {
      const local = start + span.offset;
      const end = Math.min(local - (local % hourMs) + hourMs - span.offset, span.to);
      if (end > from.getTime() && start < to.getTime()) hours.push({ from: new Date(start), to: new Date(end) });
      start = end;
    }
  }
  return hours;
}

/** The hours of the clock that ascending quarters of an hour touch, each once: several where the clock changes within one. */
export function hoursOfIntervals(intervals: Date[], zone: string): Bucket[] {
  const hours: Bucket[] = [];
  for (const start of intervals) {
    const end = start.getTime() + intervalMs;
    const from = Math.max(start.getTime(), hours.at(-1)?.to.getTime() ?? Number.NEGATIVE_INFINITY);
    if (from < end) hours.push(...hoursOf(new Date(from), new Date(end), zone));
  }
  return hours;
}

/** Coarser buckets that days lie in. */
export const coarserOf = (
  days: string[],
  granularity: Exclude<PublisherData['granularity'], 'hour'>,
  zone: string,
): Bucket[] => periodsOf(days, granularity, zone);
