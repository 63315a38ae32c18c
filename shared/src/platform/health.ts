import type { QueueLocation } from './config.js';
import type { Logger } from './logger.js';
import type { Pool } from './postgres.js';
import { checkSchema } from './schema-version.js';

/** Resolves when a dependency of the service works; rejects otherwise. */
export type HealthCheck = () => Promise<unknown>;

export interface HealthReport {
  status: 'healthy' | 'unhealthy';
  services: Record<string, 'up' | 'down'>;
}

/** Runs all checks at once; one that takes longer than `timeoutMs` counts as down. */
export async function checkHealth(checks: Record<string, HealthCheck>, timeoutMs = 1_000): Promise<HealthReport> {
  const services: HealthReport['services'] = {};
  await Promise.all(
    Object.entries(checks).map(async ([name, check]) => {
      services[name] = await withTimeout(check(), timeoutMs, name).then(
        () => 'up' as const,
        () => 'down' as const,
      );
    }),
  );
  const healthy = Object.values(services).every((state) => state === 'up');
  return { status: healthy ? 'healthy' : 'unhealthy', services };
}

/** Rejects if `work` has not settled after `timeoutMs`; `work` itself keeps running. */
export async function withTimeout<T>(work: Promise<T>, timeoutMs: number, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} did not respond within ${timeoutMs} ms`)), timeoutMs);
  });
  try {
    return await Promise.race([work, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

const intervalMs = 60_000;
/** Opening the first connections is slow on a machine where everything starts at once. */
const firstTimeoutMs = 15_000;

/** Logs the health of a service now and every minute. Returns the function that stops it. */
export function watchHealth(checks: Record<string, HealthCheck>, logger: Logger): () => void {
  let isStopped = false;
  async function logHealth(timeoutMs?: number): Promise<void> {
    const { status, services } = await checkHealth(checks, timeoutMs);
    if (isStopped) return;
    logger[status === 'healthy' ? 'info' : 'warn']({ status, ...services }, 'health check');
  }
  void logHealth(firstTimeoutMs);
  const timer = setInterval(() => logHealth(), intervalMs);
  return () => {
    isStopped = true;
    clearInterval(timer);
  };
}

/** Checks of the database and of its rollup tables, which a migration of this release may still have to create. */
export function databaseHealth(pool: Pool): { postgres: HealthCheck; analytics_rollups: HealthCheck } {
  let isSchemaChecked = false;
  return {
    postgres: () => pool.query('/* shared.databaseHealth */ select 1'),
    async analytics_rollups() {
      if (!isSchemaChecked) await checkSchema(pool);
      isSchemaChecked = true;
      await pool.query(
        '/* shared.databaseHealth */ select (select 1 from rollup_days limit 1), (select 1 from site_rollups limit 1)',
      );
    },
  };
}

/** The queue's check, reported as `queues`, and also as `redis` when the queue is on Redis. */
export const queueHealth = (location: QueueLocation, check: HealthCheck): Record<string, HealthCheck> => ({
  ...(location.kind === 'redis' && { redis: check }),
  queues: check,
});
