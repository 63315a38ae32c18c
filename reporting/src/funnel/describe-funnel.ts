/** Describes the steps of a funnel: drop-off, conversion and times. */
import { compareTexts } from '../query/page-rows.js';
import type { FunnelAnswer } from './funnel.js';
import type { FunnelCounts } from './tally-funnel.js';

export interface FunnelStep {
  name: string;
  /** Visitors, or visits if the funnel is by visit. */
  users: number;
  /** Users lost since the step before; 0 for the first step. */
  dropoff: number;
  /** Percentage of the step before, 2 decimals; null if that had no users. */
  dropoff_percent: number | null;
  /** Percentage of the first step's users, 2 decimals; null if there were none. */
  conversion_percent: number | null;
  /** Median of each user's shortest time from the first step, in seconds, 2 decimals; null for the first step and without users. */
  median_seconds: number | null;
  /** 90th percentile of the same times, 2 decimals. Like the median, it is interpolated as by Postgres's percentile_cont. */
  p90_seconds: number | null;
}

const percent = (part: number, whole: number) => (whole === 0 ? null : Math.round((10_000 * part) / whole) / 100);

/** Interpolates between two values like Postgres's percentile_cont. */
function percentile(sorted: Float64Array, part: number): number | null {
  if (sorted.length === 0) return null;
  const at = part * (sorted.length - 1);
  const [below, above] = [sorted[Math.floor(at)]!, sorted[Math.ceil(at)]!];
  const micros = below + (above - below) * (at - Math.floor(at));
  return Math.round(micros / 10_000) / 100;
}

export function describeSteps(names: string[], { users, times }: FunnelCounts): FunnelStep[] {
  return names.map((name, index) => {
    const here = users[index]!;
    const before = users[index - 1] ?? here;
    return {
      name,
      users: here,
      dropoff: before - here,
      dropoff_percent: percent(before - here, before),
      conversion_percent: percent(here, users[0]!),
      median_seconds: percentile(times[index]!, 0.5),
      p90_seconds: percentile(times[index]!, 0.9),
    };
  });
}

export interface FunnelGroup {
  value: string | null;
  steps: FunnelStep[];
}

/** Values with the most users at the first step come first, ties in byte order, null last. */
export function describeGroups(names: string[], { byValue, textOf }: FunnelAnswer, limit: number): FunnelGroup[] {
  const groups = [...byValue].map(([value, counts]) => ({ value: textOf(value), counts }));
  const byText = (a: string | null, b: string | null) =>
    a === null || b === null ? Number(a === null) - Number(b === null) : compareTexts(a, b);
  groups.sort((a, b) => b.counts.users[0]! - a.counts.users[0]! || byText(a.value, b.value));
  return groups.slice(0, limit).map(({ value, counts }) => ({ value, steps: describeSteps(names, counts) }));
}
