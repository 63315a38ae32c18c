/** The parts that `/health` of a service names. */
import type { QueueLocation } from './config.js';
import type { HealthCheck } from './health.js';
import type { Pool } from './postgres.js';
import { checkSchema } from './schema-version.js';

/** The database, and the tables of rollups in it, which a migration of this release may still have to make or to complete. */
export function databaseHealth(pool: Pool): { postgres: HealthCheck; analytics_rollups: HealthCheck } {
  let isSchemaKnown = false;
  return {
    postgres: () => pool.query('/* shared.askPostgres */ select 1'),
    async analytics_rollups() {
      if (!isSchemaKnown) await checkSchema(pool);
      isSchemaKnown = true;
      await pool.query(
        '/* shared.askRollups */ select (select 1 from rollup_days limit 1), (select 1 from site_rollups limit 1)',
      );
    },
  };
}

/** The queues, which `check` asks; on Redis it names their server too. */
export const queueHealth = (location: QueueLocation, check: HealthCheck): Record<string, HealthCheck> => ({
  ...(location.kind === 'redis' && { redis: check }),
  queues: check,
});
