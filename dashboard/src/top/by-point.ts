/** Which point of the chart something that happened belongs to. */
import { wallClock } from '../range/clock.ts';
import type { Annotation } from './annotations.ts';
import type { Series } from './series.ts';

/** The place of the point in whose bucket an instant lies; what was before the first one is with that. */
export function pointAt({ points }: Series, at: number, zone: string): number {
  const wall = wallClock(zone, at);
  return Math.max(
    0,
    points.findLastIndex(({ label }) => label.slice(0, 19) <= wall),
  );
}

/** By the place of the point in whose bucket they begin, without those that were over before the first one. */
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
