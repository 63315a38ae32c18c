/** What a funnel shows: who was lost, which part of all came through, and how long that took. */
import { compareTexts } from '../query/page-rows.js';
import type { FunnelAnswer } from './funnel.js';
import type { FunnelCounts } from './tally-funnel.js';

export interface FunnelStep {
  name: string;
  /** Users, or visits where the funnel is by visit. */
  users: number;
  /** Users lost against the step before; of the first step 0. */
  dropoff: number;
  /** Of the users of the step before, 2 decimals; null when there were none. */
  dropoff_percent: number | null;
  /** Users of this step of those of the first one, 2 decimals; null when there were none. */
  conversion_percent: number | null;
  /** Seconds from the first step to this one, each user's shortest: the middle one, 2 decimals; null for the first step, and without users. */
  median_seconds: number | null;
  /** The 90th percentile of the same times, interpolated as by percentile_cont of Postgres, as is the median; 2 decimals. */
  p90_seconds: number | null;
}

const percent = (part: number, whole: number) => (whole === 0 ? null : Math.round((10_000 * part) / whole) / 100);

/** Between two times it is interpolated, as by percentile_cont of Postgres. */
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

/** The values with most users at the first step, then in the order of their bytes, no value last. */
export function describeGroups(names: string[], { byValue, textOf }: FunnelAnswer, limit: number): FunnelGroup[] {
  const groups = [...byValue].map(([value, counts]) => ({ value: textOf(value), counts }));
  const byText = (a: string | null, b: string | null) =>
    a === null || b === null ? Number(a === null) - Number(b === null) : compareTexts(a, b);
  groups.sort((a, b) => b.counts.users[0]! - a.counts.users[0]! || byText(a.value, b.value));
  return groups.slice(0, limit).map(({ value, counts }) => ({ value, steps: describeSteps(names, counts) }));
}
