/** Creates partitions before the first event of a month arrives. */
import type { Logger } from '@millrace/shared/platform/logger';
import type { Pool } from '@millrace/shared/platform/postgres';
import { ensureMonths, upcomingMonths } from './ensure-partitions.js';

const intervalMs = 60_000;

/** Checks now and every minute; returns a function that stops it. */
export function premakePartitions(pool: Pool, logger: Logger): () => void {
  async function make(): Promise<void> {
    try {
      const months = await ensureMonths(pool, upcomingMonths(new Date()));
      if (months.length > 0) logger.info({ months }, 'created partitions ahead of time');
    } catch (error) {
      const message = 'could not create partitions ahead of time; the first event of a new month will create its own';
      logger.warn({ err: error }, message);
    }
  }
  void make();
  const timer = setInterval(make, intervalMs);
  return () => clearInterval(timer);
}
