/** Deletes the rows of a site in chunks, a short transaction each, so that nothing else waits long. */
import type { Pool } from '@millrace/shared/platform/postgres';

const rowsPerChunk = 10_000;

/** A table with a site_id, and the columns that follow it in an index. Without such an index it cannot be deleted in chunks. */
export interface SiteTable {
  name: string;
  key: string[];
}

/** Every table with a site_id, including those of later migrations; partitions belong to their table. */
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
 * Deletes one chunk in key order; nothing if fewer rows are left, or if the erasure is no longer requested: then another process
 * has finished it, and the remaining rows are new.
 */
const deleteChunk = ({ name, key }: SiteTable) => `/* processor.eraseChunk */
delete from ${name} where site_id = $1 and exists (select 1 from sites where site_id = $1 and erase_requested_at is not null)
  and (${key.join(', ')}) <= (
  select ${key.join(', ')} from ${name} where site_id = $1 order by ${key.join(', ')} offset $2 limit 1)`;

/** Leaves less than one chunk in each table, unless stopped. */
export async function eraseChunks(
  pool: Pool,
  siteId: string,
  tables: SiteTable[],
  signal?: AbortSignal,
): Promise<void> {
  for (const table of tables.filter(({ key }) => key.length > 0)) {
    const statement = deleteChunk(table);
    while (!signal?.aborted) {
      const { rowCount } = await pool.query(statement, [siteId, rowsPerChunk]);
      if (!rowCount) break;
    }
  }
}
