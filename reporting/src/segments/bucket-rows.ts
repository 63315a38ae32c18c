import { intervalMs } from '@millrace/shared/contract/rollups';
import type { Numbers } from '@millrace/shared/segments/number-block';
import type { Part } from './part.js';
import { countRows, pick, type Rows } from './select-rows.js';
import { noCodes } from './shared-arrays.js';
import { taskUint32s } from './task-memory.js';

/** Like `TimeBuckets` of a resolved query, with instants in milliseconds since 1970. */
export interface BucketPlan {
  bounds: number[];
  places?: number[];
  offsets?: number[];
}

const hourMs = 3_600_000;

/** Index of the stretch between two bounds that contains an instant. */
function findStretch(bounds: number[], ms: number): number {
  let [low, high] = [0, bounds.length - 1];
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if (bounds[middle]! <= ms) low = middle;
    else high = middle;
  }
  return low;
}

function bucketOf({ bounds, places, offsets }: BucketPlan, ms: number): number {
  const stretch = findStretch(bounds, ms);
  if (offsets) return Math.floor((((ms + offsets[stretch]! * 1_000) / hourMs) % 24) + 24) % 24;
  return places ? places[stretch]! : stretch;
}

const steps = [intervalMs, 60_000];

/** The longest step that no bucket boundary falls inside of; undefined when there is none. */
function stepOf({ bounds, offsets }: BucketPlan): number | undefined {
  const inner = bounds.slice(1, -1);
  return steps.find(
    (step) =>
      inner.every((bound) => bound % step === 0) && (offsets ?? []).every((offset) => (offset * 1_000) % step === 0),
  );
}

/** Size limit of the lookup table: the minutes of 90 days. */
const maxSteps = 130_000;

export type BucketFinder = (part: Part, rows: Rows) => Numbers;

/** The buckets of a part with at most two, as for a UTC day in most time zones; undefined for other parts. */
function atMostTwoBuckets({ bounds, places, offsets }: BucketPlan, part: Part, rows: Rows): Numbers | undefined {
  if (offsets || part.endMs === undefined) return undefined;
  const [first, last] = [findStretch(bounds, part.startMs), findStretch(bounds, part.endMs - 1)];
  if (last > first + 1) return undefined;
  const [before, after] = [places?.[first] ?? first, places?.[last] ?? last];
  const time = part.columns.get('time');
  const buckets = taskUint32s(countRows(part, rows));
  if (before === after || time === undefined) return buckets.fill(before);
  const border = bounds[last]! - part.startMs;
  if (rows === 'all') for (let at = 0; at < buckets.length; at += 1) buckets[at] = time[at]! < border ? before : after;
  else for (let at = 0; at < buckets.length; at += 1) buckets[at] = time[rows[at]!]! < border ? before : after;
  return buckets;
}

/** All rows must be in the range. A table with the bucket of each step saves most queries the search. */
export function createBucketFinder(plan: BucketPlan): BucketFinder {
  const { bounds } = plan;
  const step = stepOf(plan);
  const first = step === undefined ? 0 : Math.floor(bounds[0]! / step);
  const count = step === undefined ? 0 : Math.ceil(bounds.at(-1)! / step) - first;
  const table = step !== undefined && count <= maxSteps ? new Uint32Array(count) : undefined;
  // The first step can begin before the range.
  for (let at = 0; table && at < count; at += 1) table[at] = bucketOf(plan, Math.max(bounds[0]!, (first + at) * step!));
  return (part, rows) => {
    const few = atMostTwoBuckets(plan, part, rows);
    if (few) return few;
    const time = pick(part.columns.get('time'), rows) ?? noCodes(countRows(part, rows));
    const buckets = taskUint32s(time.length);
    const start = table ? part.startMs - first * step! : part.startMs;
    if (table)
      for (let at = 0; at < time.length; at += 1) buckets[at] = table[Math.floor((start + time[at]!) / step!)]!;
    else for (let at = 0; at < time.length; at += 1) buckets[at] = bucketOf(plan, start + time[at]!);
    return buckets;
  };
}
