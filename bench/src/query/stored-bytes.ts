/** What tables take on disk, with their indexes and what is stored beside them. */
import type { Pool } from '@millrace/shared/platform/postgres';

/** Partitions count as their table. */
const tableSizes = `/* bench.tableSizes */
select coalesce(parent.relname, class.relname) as name, sum(pg_total_relation_size(class.oid))::float8 as bytes
from pg_class as class
left join pg_inherits on inhrelid = class.oid
left join pg_class as parent on parent.oid = inhparent
where class.relkind = 'r' and class.relnamespace = 'public'::regnamespace
group by 1 order by 2 desc`;

/** Bytes by table, the largest first. */
export async function readTableSizes(pool: Pool): Promise<Map<string, number>> {
  const { rows } = await pool.query<{ name: string; bytes: number }>(tableSizes);
  return new Map(rows.map(({ name, bytes }) => [name, bytes]));
}
