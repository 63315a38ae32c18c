/** Which point of the chart an annotation belongs to. */
import { wallClock } from '../range/clock.ts';
import type { Annotation } from './annotations.ts';
import type { Series } from './series.ts';

/** The index of the point whose bucket contains the instant; the first one for anything earlier. */
export function pointAt({ points }: Series, at: number, zone: string): number {
  const wall = wallClock(zone, at);
  return Math.max(
    0,
    points.findLastIndex(({ label }) => label.slice(0, 19) <= wall),
  );
}

/** By the index of the point in which they begin, without those that ended before the first point. */
export function byPoint(series: Series, all: Annotation[], zone: string): Map<number, Annotation[]> {
  const first = series.points[0]?.label.slice(0, 19) ?? '';
  const found = new Map<number, Annotation[]>();
  for (const annotation of all) {
    if (wallClock(zone, Date.parse(annotation.until ?? annotation.at)) < first) continue;
    const at = pointAt(series, Date.parse(annotation.at), zone);
    found.set(at, [...(found.get(at) ?? []), annotation]);
  }
  return found;
}
