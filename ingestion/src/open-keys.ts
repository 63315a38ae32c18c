/** Turns the address of the database into the keys that senders may have: all that ingestion ever reads there. */
import { createKeyRing, type KeyRing } from '@millrace/shared/access/key-ring';
import type { Logger } from '@millrace/shared/platform/logger';
import { createPool } from '@millrace/shared/platform/postgres';
import type { Config } from './config.js';

export function openKeys({ DATABASE_URL }: Config, logger: Logger): KeyRing {
  const options = { max: 2, statementTimeoutMs: 5_000, applicationName: 'millrace-ingestion-keys' };
  const pool = createPool(DATABASE_URL as string, logger, options);
  const keys = createKeyRing(pool, logger);
  return {
    find: keys.find,
    async close() {
      await keys.close();
      await pool.end();
    },
  };
}
