/** Turns a service's connections into the parts that its `/health` names. */
import type { QueueLocation } from './config.js';
import type { HealthCheck } from './health.js';
import type { Pool } from './postgres.js';

/** The database, and the tables of rollups in it, which a migration may still have to make. */
export const databaseHealth = (pool: Pool): { postgres: HealthCheck; analytics_rollups: HealthCheck } => ({
  postgres: () => pool.query('/* shared.askPostgres */ select 1'),
  analytics_rollups: () =>
    pool.query(
      '/* shared.askRollups */ select (select 1 from rollup_days limit 1), (select 1 from site_rollups limit 1)',
    ),
});

/** The queues, which `check` asks; on Redis it names their server too. */
export const queueHealth = (location: QueueLocation, check: HealthCheck): Record<string, HealthCheck> => ({
  ...(location.kind === 'redis' && { redis: check }),
  queues: check,
});
