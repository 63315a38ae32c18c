/** The time span of a part, and the windows in which its events count. */
import type { Part } from './part.js';

export const firstMs = ({ startMs, windows }: Part) => windows?.[0] ?? startMs;

/** The latest possible time of the part's events, which are not in the order of time. */
export function lastMs({ startMs, endMs, rows, columns }: Part): number {
  if (endMs !== undefined) return endMs - 1;
  const time = columns.get('time');
  let last = 0;
  for (let row = 0; time && row < rows; row += 1) if (time[row]! > last) last = time[row]!;
  return startMs + last;
}

/** Limits the part's windows to a range of milliseconds; undefined when nothing is left. */
export function clipWindows(part: Part, [from, to]: readonly [number, number]): Part | undefined {
  const bounds = part.windows ?? [part.startMs, lastMs(part) + 1];
  if (from <= bounds[0]! && to >= bounds.at(-1)!) return part;
  const windows: number[] = [];
  for (let at = 0; at < bounds.length; at += 2) {
    const [start, end] = [Math.max(from, bounds[at]!), Math.min(to, bounds[at + 1]!)];
    if (start < end) windows.push(start, end);
  }
  return windows.length === 0 ? undefined : { ...part, windows };
}
