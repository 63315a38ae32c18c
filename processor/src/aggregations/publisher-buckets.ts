/** Hours, days, weeks and months of a site's clock. */
import type { PublisherData } from '@millrace/shared/contract/job-data';
import { intervalMs } from '@millrace/shared/contract/rollups';
import { offsetSpans } from '@millrace/shared/time/zone-offsets';
import { periodsOf } from './periods.js';
import type { Bucket } from './publisher-performance.js';

const hourMs = 3_600_000;

/** The whole clock hours that `[from, to)` touches, split where the clock changes: an hour that occurs twice is two. */
export function hoursOf(from: Date, to: Date, zone: string): Bucket[] {
  const hours: Bucket[] = [];
  // Two hours on both sides make the first and last hour whole.
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

/** The distinct clock hours that ascending 15-minute intervals touch; one interval touches several if the clock changes in it. */
export function hoursOfIntervals(intervals: Date[], zone: string): Bucket[] {
  const hours: Bucket[] = [];
  for (const start of intervals) {
    const end = start.getTime() + intervalMs;
    const from = Math.max(start.getTime(), hours.at(-1)?.to.getTime() ?? Number.NEGATIVE_INFINITY);
    if (from < end) hours.push(...hoursOf(new Date(from), new Date(end), zone));
  }
  return hours;
}

/** The days, weeks or months that contain the given days. */
export const periodBuckets = (
  days: string[],
  granularity: Exclude<PublisherData['granularity'], 'hour'>,
  zone: string,
): Bucket[] => periodsOf(days, granularity, zone);
