/** Deletes rows in batches, a transaction each, so that locks are held only briefly. */
import type { Pool } from '@millrace/shared/platform/postgres';

const batch = 2_000;

/** `statement` takes a time ($1) and the batch size ($2). Returns the number of deleted rows. */
export async function deleteRows(pool: Pool, statement: string, before: Date): Promise<number> {
  for (let deleted = 0; ; ) {
    const { rowCount } = await pool.query(statement, [before, batch]);
    deleted += rowCount ?? 0;
    if ((rowCount ?? 0) < batch) return deleted;
  }
}
