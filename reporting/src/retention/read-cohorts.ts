/** Reads cohorts: visitors by the period of their first event of all time. */
import type { PoolClient } from '@millrace/shared/platform/postgres';
import type { Reads } from '../reading/read-in-turn.js';
import type { Periods } from './cohort-periods.js';
import { type Cohort, countCohorts } from './count-cohorts.js';
import { type ActiveVisitors, readActiveVisitors } from './read-active-visitors.js';

/** No event is older. */
export const beginning = Date.UTC(2000, 0, 1);

export interface Cohorts {
  cohorts: Cohort[];
  source: ActiveVisitors['source'];
}

/** `client` must be in a transaction with one snapshot. */
export async function readCohorts(
  client: PoolClient,
  siteId: string,
  { bounds, labels }: Periods,
  reads: Reads = {},
): Promise<Cohorts> {
  if (labels.length === 0) return { cohorts: [], source: 'rollup' };
  // Everything before is one more period: its visitors are new in none of the others.
  const before = new Date(Math.min(beginning, bounds[0]!.getTime()));
  const { sets, source } = await readActiveVisitors(client, siteId, [before, ...bounds], reads);
  try {
    return { cohorts: countCohorts(labels, sets[0]!, sets.slice(1)), source };
  } finally {
    for (const set of sets) set.dispose();
  }
}
