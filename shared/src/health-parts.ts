/** Turns a service's connections into the parts that its `/health` names. */
import type { QueueLocation } from './config.js';
import type { HealthCheck } from './health.js';
import type { Pool } from './postgres.js';
import type { QueueHandle } from './queue.js';

/** The database, and the tables of rollups in it, which a migration may still have to make. */
export const databaseHealth = (pool: Pool): { postgres: HealthCheck; analytics_rollups: HealthCheck } => ({
  postgres: () => pool.query('/* shared.askPostgres */ select 1'),
  analytics_rollups: () =>
    pool.query(
      '/* shared.askRollups */ select (select 1 from rollup_days limit 1), (select 1 from site_rollups limit 1)',
    ),
});

/** Every queue answers; on Redis, its server does. */
export function queueHealth(location: QueueLocation, handles: QueueHandle[]): Record<string, HealthCheck> {
  const queues: HealthCheck = () => Promise.all(handles.map(({ queue }) => queue.getWaitingCount()));
  if (location.kind === 'postgres') return { queues };
  return { redis: async () => (await handles[0]!.queue.getBackend().client).info(), queues };
}
