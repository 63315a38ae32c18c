/** What all aggregations share: the claimed site and SQL for its periods. */
import type { PoolClient } from '@millrace/shared/platform/postgres';
import type { Period } from './periods.js';

/** The client holds the claim of the site and reads one snapshot. */
export interface AggregationContext {
  client: PoolClient;
  siteId: string;
  timezone: string;
  /** Raw events before this time were dropped; rows of earlier periods stay as they are. Undefined if none were dropped. */
  rawSince: Date | undefined;
}

/** The time ranges whose raw events are complete. */
export const withCompleteRawEvents = <T extends { from: Date }>({ rawSince }: AggregationContext, ranges: T[]): T[] =>
  rawSince === undefined ? ranges : ranges.filter(({ from }) => from >= rawSince);

/** SQL for the instant at which a day begins in the site's current time zone. */
export const startOf = (day: string) => `(${day}::timestamp at time zone sites.timezone)`;

/**
 * Deletes the rows that can be recomputed, those since {@link AggregationContext.rawSince}. Earlier rows keep the time zone they were
 * counted in, because their raw events are gone. `start` is an SQL expression, see {@link startOf}.
 */
export async function deleteRecomputable(
  { client, siteId, rawSince }: AggregationContext,
  table: string,
  start: string,
): Promise<void> {
  const statement = `/* processor.deleteRecomputable */
delete from ${table} using sites where ${table}.site_id = $1 and sites.site_id = $1 and ${start} >= $2`;
  await client.query(statement, [siteId, rawSince ?? '-infinity']);
}

/**
 * Runs `select` once for each row of `ranges`, as `found`. With a plain join, a planner that expects few rows compares every
 * row with every time range, which takes forever for years of hours.
 */
export const lateralJoin = (ranges: string, select: string) =>
  `${ranges} cross join lateral (${select} offset 0) as found`;

/**
 * Tables `period`, from $2 to $5, and `scale`, the periods of each type in order. A day that the time zone skipped starts at the
 * same instant as the next one, hence the two sort keys.
 */
export const periodTables = `period as materialized (
  select *, row_number() over (partition by type order by starts, start)::int as number
  from unnest($2::text[], $3::date[], $4::timestamptz[], $5::timestamptz[]) as p(type, start, starts, ends)
), scale as materialized (
  select type, array_agg(start order by number) as days, array_agg(starts order by number) as all_starts,
    array_agg(ends order by number) as all_ends
  from period group by type
)`;

/** Rows of `table` with the `type` and `start` of the periods they lie in. A binary search, as joining rows to periods is too slow. */
export const inPeriods = (table: string) => `(
  select *, days[number] as start
  from (select *, width_bucket(timestamp, all_starts) as number from ${table} cross join scale) as placed
  where timestamp < all_ends[number]) as ${table}`;

/** The parameters of {@link periodTables}. */
export const periodColumns = (periods: Period[]) => [
  periods.map(({ type }) => type),
  periods.map(({ start }) => start),
  periods.map(({ from }) => from),
  periods.map(({ to }) => to),
];
