/** Which point of the chart something that happened belongs to. */
import { wallClock } from '../range/clock.ts';
import type { Annotation } from './annotations.ts';
import type { Series } from './series.ts';

/** By the place of the point in whose bucket they begin; what began before the first one is with that, unless it is over. */
export function byPoint({ points }: Series, all: Annotation[], zone: string): Map<number, Annotation[]> {
  const wallOf = (instant: string) => wallClock(zone, Date.parse(instant));
  const first = points[0]?.label.slice(0, 19) ?? '';
  const found = new Map<number, Annotation[]>();
  for (const annotation of all) {
    const wall = wallOf(annotation.at);
    if (wallOf(annotation.until ?? annotation.at) < first) continue;
    const at = Math.max(
      0,
      points.findLastIndex(({ label }) => label.slice(0, 19) <= wall),
    );
    found.set(at, [...(found.get(at) ?? []), annotation]);
  }
  return found;
}
