/** What those who write rollups and those who read them agree on: intervals, dimensions, values. */

import { referrerHost } from './referrer-host.js';

/** Length of a rollup interval. 15 minutes divide every UTC offset in use. */
export const intervalMs = 900_000;

/** Intervals keep the rows of dimensions other than `all` for this many days. */
export const detailDays = 8;

/** The event type of rows of dimension `all` that stand for all types together; no event has it. */
export const allTypes = '';

/**
 * What events are rolled up by: the name in rollup tables, the name in queries, and the value as an SQL expression over columns
 * of table events, in a statement about one site, given as a parameter such as `$1`. `absent` is the same with null where there
 * is no value; the rollups have an empty text there. Adding one means a line here: rolls fill it in by themselves, and until
 * then it is counted from raw events.
 */
export const rollupDimensions = [
  { name: 'all', value: () => `''` },
  { name: 'path', dimension: 'path', value: () => 'path' },
  { name: 'referrer', dimension: 'referrer', value: referrerHost },
  { name: 'profile', dimension: 'profile_id', value: () => `coalesce(profile_id, '')`, absent: 'profile_id' },
] as const satisfies { name: string; dimension?: string; value: (site: string) => string; absent?: string }[];

type Rolled = (typeof rollupDimensions)[number];
export type RollupDimension = Rolled['name'];

/** Dimensions of queries that are columns of rollups. */
export type RolledDimension = Extract<Rolled, { dimension: string }>['dimension'];
export const rolledDimensions = rollupDimensions.filter(
  (rolled): rolled is Extract<Rolled, { dimension: string }> => 'dimension' in rolled,
);

/** site_rollups.dimensions_since: the instant from which on rows of a dimension are complete, as text. */
export type DimensionsSince = Record<string, string>;

/** From the first event on. */
export const always = '-infinity';

/** Every dimension of this release complete: as it is of a site without rollups, and once nothing is missing. */
export const allComplete: DimensionsSince = Object.fromEntries(rollupDimensions.map(({ name }) => [name, always]));

/** True where rows of `referrer` were made with the site's hostnames of now, and by no release that does not know them. */
const referrersHold = 'rolled.hostnames = sites.hostnames and rolled.rolled_at = rolled.hosts_rolled_at';

/** dimensions_since as far as it holds, of tables `sites` and `site_rollups rolled`; null for a site without rollups. */
export const heldSince = `case when ${referrersHold}
  then rolled.dimensions_since else rolled.dimensions_since - 'referrer' end`;

/** segments_since as far as it holds, of `site_rollups rolled`: null where no segment may be read. */
export const segmentsHeldSince = 'case when rolled.rolled_at = rolled.segments_at then rolled.segments_since end';

/** Milliseconds since 1970; infinite where all is complete or nothing is. */
export function completeSince(since: DimensionsSince, name: string): number {
  const text = Object.hasOwn(since, name) ? since[name]! : undefined;
  if (text === undefined) return Number.POSITIVE_INFINITY;
  return text === always ? Number.NEGATIVE_INFINITY : Date.parse(text);
}
