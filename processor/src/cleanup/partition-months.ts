import type { Pool } from '@millrace/shared/platform/postgres';

const statement = `/* processor.partitionMonths */
select replace(substr(relname, 8), '_', '-') as month from pg_inherits join pg_class on pg_class.oid = inhrelid
where inhparent = 'events'::regclass and relname ~ '^events_[0-9]{4}_[0-9]{2}$' order by 1`;

/** The months that have a partition, `YYYY-MM`, oldest first. */
export async function partitionMonths(pool: Pool): Promise<string[]> {
  const { rows } = await pool.query<{ month: string }>(statement);
  return rows.map(({ month }) => month);
}

/** Partitions are UTC months. */
export const monthStart = (month: string): Date => new Date(`${month}-01T00:00:00Z`);

export function monthAfter(month: string): string {
  const start = monthStart(month);
  return new Date(Date.UTC(start.getUTCFullYear(), start.getUTCMonth() + 1, 1)).toISOString().slice(0, 7);
}
