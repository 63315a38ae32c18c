/** Turns the passing of time into partitions made before their first event comes. */
import type { Logger } from '@millrace/shared/platform/logger';
import type { Pool } from '@millrace/shared/platform/postgres';
import { ensureMonths, upcomingMonths } from './ensure-partitions.js';

const intervalMs = 60_000;

/** Looks now and every minute; returns the function that ends it. */
export function premakePartitions(pool: Pool, logger: Logger): () => void {
  async function make(): Promise<void> {
    try {
      const months = await ensureMonths(pool, upcomingMonths(new Date()));
      if (months.length > 0) logger.info({ months }, 'made partitions ahead of time');
    } catch (error) {
      const message = 'could not make partitions ahead of time; the next event of a new month makes its own';
      logger.warn({ err: error }, message);
    }
  }
  void make();
  const timer = setInterval(make, intervalMs);
  return () => clearInterval(timer);
}
