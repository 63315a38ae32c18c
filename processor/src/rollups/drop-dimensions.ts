/** Drops rollups by path, referrer and profile of earlier releases; segments have replaced them. */
import type { PoolClient } from '@millrace/shared/platform/postgres';
import type { ClaimedSite } from './claim-site.js';

const dimensions = `dimension in ('path', 'profile', 'referrer')`;

/** Days whose raw events were dropped are kept: nothing reads these rows now, but they are the only record. */
const isKnown = `day > coalesce((select since from raw_horizon), '-infinity') at time zone 'UTC'`;

/** SQL condition on `site_rollups rolled`. */
export const hasDimensions = `(exists (select from rollup_15m r where r.site_id = rolled.site_id and r.${dimensions})
  or exists (select from rollup_days r where r.site_id = rolled.site_id and r.${dimensions} and r.${isKnown}))`;

/** Deletes the oldest day or month of rows. */
const drop = (table: string, time: string, length: string, condition: string) => `/* processor.dropDimensions */
with first as materialized (select min(${time}) as start from ${table} where site_id = $1 and ${condition})
delete from ${table} using first
where site_id = $1 and ${condition} and ${time} >= first.start and ${time} < first.start + interval '${length}'`;

const statements = [
  drop('rollup_15m', 'interval_start', '1 day', dimensions),
  drop('rollup_days', 'day', '31 days', `${dimensions} and ${isKnown}`),
];

/** Deletes a chunk of rows; undefined when none are left. */
export async function dropDimensions(client: PoolClient, { siteId }: ClaimedSite): Promise<object | undefined> {
  for (const statement of statements) {
    const { rowCount } = await client.query(statement, [siteId]);
    if (rowCount) return {};
  }
  return undefined;
}
