/** Reads cohorts: visitors by the period of their first event of all time. */
import type { VisitorSet } from '@millrace/shared/bitmap/bitmap';
import type { PoolClient } from '@millrace/shared/platform/postgres';
import { ratio } from '../query/page-rows.js';
import type { ReadOptions } from '../reading/admit-read.js';
import type { Periods } from './cohort-periods.js';
import { type ActiveVisitors, readActiveVisitors } from './read-active-visitors.js';

/** No event is older. */
export const earliestEvent = Date.UTC(2000, 0, 1);

export interface Cohorts {
  cohorts: Cohort[];
  source: ActiveVisitors['source'];
}

/** `client` must be in a transaction with one snapshot. */
export async function readCohorts(
  client: PoolClient,
  siteId: string,
  { bounds, labels }: Periods,
  reads: ReadOptions = {},
): Promise<Cohorts> {
  if (labels.length === 0) return { cohorts: [], source: 'rollup' };
  // Everything before is one more period: its visitors are new in none of the others.
  const before = new Date(Math.min(earliestEvent, bounds[0]!.getTime()));
  const { sets, source } = await readActiveVisitors(client, siteId, [before, ...bounds], reads);
  try {
    return { cohorts: countCohorts(labels, sets[0]!, sets.slice(1)), source };
  } finally {
    for (const set of sets) set.dispose();
  }
}

export interface Cohort {
  /** First day of the period. */
  cohort: string;
  /** Visitors whose very first event is in the period. */
  size: number;
  /** How many of them were active in the period itself, in the next one, and so on. */
  retained: number[];
  /** The same in percent of `size`, two decimals; null if `size` is 0. */
  percent: (number | null)[];
}

/** `before` is the set of all earlier visitors; it is extended with those of each period. The other sets stay unchanged. */
export function countCohorts(labels: string[], before: VisitorSet, periods: VisitorSet[]): Cohort[] {
  return labels.map((label, index) => {
    const active = periods[index]!;
    const cohort = active.without(before);
    before.addAll(active);
    const { size } = cohort;
    const retained = periods.slice(index).map((later) => cohort.intersectionSize(later));
    cohort.dispose();
    return { cohort: label, size, retained, percent: retained.map((count) => ratio(100 * count, size)) };
  });
}
