/** Turns what aggregations have in common into one shape: a site, in a transaction, and stretches of its time. */
import type { PoolClient } from '@millrace/shared/postgres';
import type { Period } from './periods.js';

/** What an aggregation needs: the client has the site's claim and one snapshot. */
export interface Aggregation {
  client: PoolClient;
  siteId: string;
  timezone: string;
  /** Raw events before it are gone; what began before it stays as it was counted. Undefined while none was ever dropped. */
  rawSince: Date | undefined;
}

/** Of stretches of time those that raw events tell wholly. */
export const stillKnown = <T extends { from: Date }>({ rawSince }: Aggregation, stretches: T[]): T[] =>
  rawSince === undefined ? stretches : stretches.filter(({ from }) => from >= rawSince);

/** Periods as the columns of `unnest($n::text[], $n::date[], $n::timestamptz[], $n::timestamptz[])`. */
export const periodColumns = (periods: Period[]) => [
  periods.map(({ type }) => type),
  periods.map(({ start }) => start),
  periods.map(({ from }) => from),
  periods.map(({ to }) => to),
];
