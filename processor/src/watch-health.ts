/** Turns the state of database and queue into a log line at the start and every minute, and keeps partitions made ahead. */
import { checkHealth, type HealthCheck } from '@millrace/shared/health';
import type { Logger } from '@millrace/shared/logger';
import type { Pool } from '@millrace/shared/postgres';
import { ensureMonths, upcomingMonths } from './events/ensure-partitions.js';

const intervalMs = 60_000;

/** Returns the function that ends the watch. */
export function watchHealth(checks: Record<string, HealthCheck>, pool: Pool, logger: Logger): () => void {
  async function look(): Promise<void> {
    const { status, services } = await checkHealth(checks);
    logger[status === 'healthy' ? 'info' : 'warn']({ status, ...services }, 'health check');
    try {
      const made = await ensureMonths(pool, upcomingMonths(new Date()));
      if (made.length > 0) logger.info({ months: made }, 'made partitions ahead of time');
    } catch (error) {
      logger.warn(
        { err: error },
        'could not make partitions ahead of time; the next event of a new month makes its own',
      );
    }
  }
  void look();
  const timer = setInterval(look, intervalMs);
  return () => clearInterval(timer);
}
