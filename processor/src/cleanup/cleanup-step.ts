import type { CleanupResult } from '@millrace/shared/contract/job-results';
import type { Logger } from '@millrace/shared/platform/logger';
import type { Pool } from '@millrace/shared/platform/postgres';
import type { QueueHandle } from '@millrace/shared/queue/queue';
import { dayMs } from '@millrace/shared/time/durations';

export interface CleanupDeps {
  pool: Pool;
  /** Queues whose finished jobs are removed. */
  queues?: QueueHandle[];
  exportDir: string;
  /** 0 keeps raw events forever. */
  rawRetentionDays: number;
  now: Date;
  logger: Logger;
}

/** `olderThan`: days, overrides the default of the step. */
export type CleanupStep = (deps: CleanupDeps, olderThan: number | undefined) => Promise<CleanupResult>;

export const daysBefore = (now: Date, days: number): Date => new Date(now.getTime() - days * dayMs);

const batchSize = 2_000;

/** Deletes rows in batches, a transaction each, so that locks are held only briefly. `statement` takes a time ($1) and the batch size ($2). Returns the number of deleted rows. */
export async function deleteRows(pool: Pool, statement: string, before: Date): Promise<number> {
  for (let deleted = 0; ; ) {
    const { rowCount } = await pool.query(statement, [before, batchSize]);
    deleted += rowCount ?? 0;
    if ((rowCount ?? 0) < batchSize) return deleted;
  }
}
