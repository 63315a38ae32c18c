/** An answer about time, as points of a line. */
import type { QueryResult, Row } from '../query-client.ts';
import { wallClock } from '../range/clock.ts';

interface Point {
  /** Name of the bucket. */
  label: string;
  value: number | null;
  /** Its counterpart in the earlier range, where there is one. */
  earlier?: { label: string; value: number | null };
  /** What will still happen in the bucket is not known yet. */
  isIncomplete: boolean;
}

export interface Series {
  metric: string;
  /** Of the buckets, such as `day`. */
  unit: string;
  points: Point[];
}

export interface Hovered {
  at: number;
  left: number;
}

const numberOf = (value: unknown) => (value === null || value === undefined ? null : Number(value));

function earlierOf({ comparison }: Row): Pick<Point, 'earlier'> {
  const label = comparison?.dimensions[0];
  return label ? { earlier: { label, value: numberOf(comparison.metrics[0]) } } : {};
}

/** Buckets after the present one are left out: they are not zero, but not there yet. */
export function seriesOf({ results, meta, query, at }: QueryResult): Series {
  const rows = new Map(results.map((row) => [row.dimensions[0], row]));
  const unit = query.dimensions[0]!.replace('time:', '');
  const labels = meta.time_labels ?? results.map(({ dimensions }) => dimensions[0]!);
  const present = presentBucket(labels, query.timezone, at);
  const shown = labels.slice(0, present + 1);
  const points = shown.map((label, index): Point => {
    const row = rows.get(label);
    const value = row ? numberOf(row.metrics[0]) : 0;
    return {
      label,
      value,
      isIncomplete: index === present && isOpen(query.date_range[1], at),
      ...(row && earlierOf(row)),
    };
  });
  return { metric: query.metrics[0]!, unit, points };
}

/** A range that ends in the past is complete. */
const isOpen = (end: string, at: number) => Date.parse(end) >= at - 60_000;

/** Place of the bucket that `at` lies in; the last one where all are over. */
function presentBucket(labels: string[], timezone: string, at: number): number {
  const now = wallClock(timezone, at);
  const index = labels.findLastIndex((label) => label.slice(0, 19) <= now);
  return index < 0 ? labels.length - 1 : index;
}
