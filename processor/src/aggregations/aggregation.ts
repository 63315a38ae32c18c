/** Turns what aggregations have in common into one shape: a site, in a transaction, and stretches of its time. */
import type { PoolClient } from '@millrace/shared/platform/postgres';
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
export const withRawEvents = <T extends { from: Date }>({ rawSince }: Aggregation, stretches: T[]): T[] =>
  rawSince === undefined ? stretches : stretches.filter(({ from }) => from >= rawSince);

/** When what a row counts began that names its first day, in the present zone of the site. */
export const startOf = (day: string) => `(${day}::timestamp at time zone sites.timezone)`;

/**
 * Deletes rows of which raw events since {@link Aggregation.rawSince} tell all; the others stay as they are, in the zone that they were
 * counted in, since nothing computes them again. `start` is an expression of SQL, see {@link startOf}.
 */
export async function forgetKnown(
  { client, siteId, rawSince }: Aggregation,
  table: string,
  start: string,
): Promise<void> {
  const statement = `/* processor.forgetAggregates */
delete from ${table} using sites where ${table}.site_id = $1 and sites.site_id = $1 and ${start} >= $2`;
  await client.query(statement, [siteId, rawSince ?? '-infinity']);
}

/**
 * What `select` finds in each of `stretches`, looked up one after the other as `found`. Joined instead, a planner that expects few rows compares
 * every row with every stretch, which for the hours of years takes for ever.
 */
export const inEach = (stretches: string, select: string) =>
  `${stretches} cross join lateral (${select} offset 0) as found`;

/**
 * Tables `period`, of $2 to $5, and `scale`, the periods of each type in order. A day that the zone skipped starts with the next
 * one, hence two keys.
 */
export const periodTables = `period as materialized (
  select *, row_number() over (partition by type order by starts, start)::int as number
  from unnest($2::text[], $3::date[], $4::timestamptz[], $5::timestamptz[]) as p(type, start, starts, ends)
), scale as materialized (
  select type, array_agg(start order by number) as days, array_agg(starts order by number) as all_starts,
    array_agg(ends order by number) as all_ends
  from period group by type
)`;

/**
 * Rows of `table` with `type` and `start` of the periods that their timestamp lies in, found by search: all rows against all
 * periods would take for ever.
 */
export const inPeriods = (table: string) => `(
  select *, days[number] as start
  from (select *, width_bucket(timestamp, all_starts) as number from ${table} cross join scale) as placed
  where timestamp < all_ends[number]) as ${table}`;

/** Periods as the columns of {@link periodTables}. */
export const periodColumns = (periods: Period[]) => [
  periods.map(({ type }) => type),
  periods.map(({ start }) => start),
  periods.map(({ from }) => from),
  periods.map(({ to }) => to),
];
