/** Migrates the database: `node shared/dist/commands/migrate-command.js`. */
import { queueLocation } from '../platform/config.js';
import { createLogger } from '../platform/logger.js';
import { migrate } from '../platform/migrate.js';
import { createPool } from '../platform/postgres.js';
import { loadMigrateConfig } from './migrate-config.js';

try {
  const config = loadMigrateConfig();
  const logger = createLogger('migrate', config.LOG_LEVEL);
  const pool = createPool(config.DATABASE_URL, logger, {
    max: 2,
    statementTimeoutMs: 0,
    applicationName: 'millrace-migrate',
  });
  const count = await migrate(pool, queueLocation(config), logger);
  if (count === 0) logger.info('nothing to migrate: the database is up to date');
  await pool.end();
} catch (error) {
  process.stderr.write(`Cannot migrate the database: ${(error as Error).message}\n`);
  process.exitCode = 1;
}
