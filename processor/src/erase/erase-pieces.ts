/** Deletes the rows of a site in pieces, each a short transaction of its own, so that others wait for none of them. */
import type { Pool } from '@millrace/shared/platform/postgres';

const rowsPerPiece = 10_000;

/** A table with rows of sites, and the columns that follow the site in its key; those of no index are not taken by pieces. */
export interface SiteTable {
  name: string;
  key: string[];
}

/** Every table that has rows of sites, also those that a later migration adds; partitions go with their table. */
const tablesOfSites = `/* processor.tablesOfSites */
select format('%I', c.relname) as name, coalesce((
  select array(
    select format('%I', k.attname) from unnest(i.indkey::int2[]) with ordinality as part(number, place)
    join pg_attribute k on k.attrelid = c.oid and k.attnum = part.number
    where k.attname <> 'site_id' and place <= i.indnkeyatts order by place)
  from pg_index i
  where i.indrelid = c.oid and i.indpred is null and i.indkey[0] = a.attnum
  order by i.indisprimary desc, i.indisunique desc, i.indnatts desc limit 1), '{}') as key
from pg_class c join pg_attribute a on a.attrelid = c.oid
where a.attname = 'site_id' and not a.attisdropped and c.relkind in ('r', 'p') and not c.relispartition
  and c.relnamespace = current_schema()::regnamespace
order by c.relname`;

export async function readSiteTables(pool: Pool): Promise<SiteTable[]> {
  return (await pool.query<SiteTable>(tablesOfSites)).rows;
}

/**
 * Up to the row that follows a whole piece, in the order of the key; nothing when fewer rows are left, or when the site is no longer
 * to be erased: another erasure was faster, and what is there has come since.
 */
const deletePiece = ({ name, key }: SiteTable) => `/* processor.erasePiece */
delete from ${name} where site_id = $1 and exists (select 1 from sites where site_id = $1 and erase_requested_at is not null)
  and (${key.join(', ')}) <= (
  select ${key.join(', ')} from ${name} where site_id = $1 order by ${key.join(', ')} offset $2 limit 1)`;

/** Leaves less than a piece in each table, unless it is told to stop. */
export async function erasePieces(
  pool: Pool,
  siteId: string,
  tables: SiteTable[],
  stopped?: AbortSignal,
): Promise<void> {
  for (const table of tables.filter(({ key }) => key.length > 0)) {
    const statement = deletePiece(table);
    while (!stopped?.aborted) {
      const { rowCount } = await pool.query(statement, [siteId, rowsPerPiece]);
      if (!rowCount) break;
    }
  }
}
