/** A query result over time, as points of a line. */
import type { QueryResult, Row } from '../query-client.ts';
import { wallClock } from '../range/clock.ts';

interface Point {
  /** The label of the bucket. */
  label: string;
  value: number | null;
  /** The corresponding point of the comparison, if there is one. */
  earlier?: { label: string; value: number | null };
  /** The bucket is still running. */
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

/** Omits future buckets: they are not zero. */
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

/** The index of the bucket that contains `at`; the last one if all are over. */
function presentBucket(labels: string[], timezone: string, at: number): number {
  const now = wallClock(timezone, at);
  const index = labels.findLastIndex((label) => label.slice(0, 19) <= now);
  return index < 0 ? labels.length - 1 : index;
}
