/** Drops what earlier releases rolled by path, referrer and profile: segments tell that. */
import type { PoolClient } from '@millrace/shared/postgres';
import type { ClaimedSite } from './claim-site.js';

const dimensions = `dimension in ('path', 'profile', 'referrer')`;

/** Rows of days of which raw events were dropped stay: nothing else tells of them, though nothing reads them now. */
const isKnown = `day > coalesce((select since from raw_horizon), '-infinity') at time zone 'UTC'`;

/** Of table `site_rollups rolled`. */
export const hasValues = `(exists (select from rollup_15m r where r.site_id = rolled.site_id and r.${dimensions})
  or exists (select from rollup_days r where r.site_id = rolled.site_id and r.${dimensions} and r.${isKnown}))`;

const rowsAtOnce = 100_000;

const drop = (table: string, condition: string) => `/* processor.dropValues */
delete from ${table} where site_id = $1 and ctid = any(array(
  select ctid from ${table} where site_id = $1 and ${condition} limit ${rowsAtOnce}))`;

const statements = [drop('rollup_15m', dimensions), drop('rollup_days', `${dimensions} and ${isKnown}`)];

/** Some of the rows; undefined when none are left. */
export async function dropValues(client: PoolClient, { siteId }: ClaimedSite): Promise<object | undefined> {
  for (const statement of statements) {
    const { rowCount } = await client.query(statement, [siteId]);
    if (rowCount) return {};
  }
  return undefined;
}
