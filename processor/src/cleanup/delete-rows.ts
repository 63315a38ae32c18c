/** Turns a statement that deletes some rows into one that deletes them all, a batch a transaction, so that nobody waits long. */
import type { Pool } from '@millrace/shared/platform/postgres';

const batch = 2_000;

/** `statement` takes the moment ($1) and how many rows at most ($2). Returns how many rows went. */
export async function deleteRows(pool: Pool, statement: string, before: Date): Promise<number> {
  for (let deleted = 0; ; ) {
    const { rowCount } = await pool.query(statement, [before, batch]);
    deleted += rowCount ?? 0;
    if ((rowCount ?? 0) < batch) return deleted;
  }
}
