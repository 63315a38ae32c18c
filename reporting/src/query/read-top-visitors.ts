/** Turns a reading by value into the groups with most visitors, reading the bitmaps of as few as is exact. */
import type { PoolClient } from '@millrace/shared/postgres';
import { type Candidate, readCandidates } from './read-counts.js';
import type { Group } from './read-groups.js';
import { readVisitors } from './read-visitors.js';
import type { RollupReading } from './rollup-sources.js';

export interface TopVisitors {
  /** More than what was wanted, and nothing that could be among it is missing. */
  groups: Group[];
  total: number;
}

/** At least so many are read at a time. */
const smallestBatch = 32;

/**
 * `score` is what is ordered by, descending: it never falls when the visitors grow. Two numbers of visitors that are more
 * than `slack` apart never have the same score.
 */
export async function readTopVisitors(
  client: PoolClient,
  reading: RollupReading,
  wanted: number,
  score: (visitors: number) => number,
  slack: number,
): Promise<TopVisitors> {
  const { groups: candidates, total } = await readCandidates(client, reading, wanted, slack);
  const groups: Group[] = [];
  let least = Number.NEGATIVE_INFINITY;
  for (let next = 0; next < candidates.length; ) {
    const hopeful = candidates.slice(next, next + Math.max(wanted, smallestBatch));
    const batch = hopeful.filter(({ upper }) => score(upper) >= least);
    // The bounds fall from candidate to candidate: after the first without hope there is none with it.
    if (batch.length === 0) break;
    groups.push(...(await withVisitors(client, reading, batch)));
    least = scoreOfLast(groups, wanted, score);
    next += batch.length;
  }
  return { groups, total };
}

/** Bounds that meet say it all, without a bitmap. */
async function withVisitors(client: PoolClient, reading: RollupReading, batch: Candidate[]): Promise<Group[]> {
  const unknown = batch.filter(({ visitors, upper }) => visitors !== upper);
  const counted = await readVisitors(client, reading, unknown);
  const known = batch.filter(({ visitors, upper }) => visitors === upper);
  return [...known, ...unknown.map((group, index) => ({ ...group, visitors: counted[index]! }))];
}

/** Score of the last one that is wanted; as low as can be while there are not enough. */
function scoreOfLast(groups: Group[], wanted: number, score: (visitors: number) => number): number {
  const scores = groups.map(({ visitors }) => score(visitors)).sort((a, b) => b - a);
  return scores[wanted - 1] ?? Number.NEGATIVE_INFINITY;
}
