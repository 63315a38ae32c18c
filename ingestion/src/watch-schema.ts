import type { Lifecycle } from '@millrace/shared/platform/lifecycle';
import type { Logger } from '@millrace/shared/platform/logger';
import { createPool } from '@millrace/shared/platform/postgres';
import { waitForSchema } from '@millrace/shared/platform/schema-version';

/**
 * Ends the service if the schema has a newer major version. Events are accepted meanwhile, because the queue may be on another
 * server. Does nothing without a database.
 */
export async function watchSchema(url: string | undefined, logger: Logger, lifecycle: Lifecycle): Promise<void> {
  if (url === undefined) return;
  const pool = createPool(url, logger, {
    max: 1,
    statementTimeoutMs: 5_000,
    applicationName: 'millrace-ingestion-schema',
  });
  await waitForSchema(pool, logger, lifecycle);
  await pool.end();
}
