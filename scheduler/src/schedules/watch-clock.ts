/** Turns a clock that disagrees with the database's into a warning: slots would come early or late. */
import type { Logger } from '@millrace/shared/platform/logger';
import type { Pool } from '@millrace/shared/platform/postgres';

const intervalMs = 60_000;
const toleratedMs = 1_000;

/** Looks now and every minute; returns the function that ends it. */
export function watchClock(pool: Pool, logger: Logger): () => void {
  async function look(): Promise<void> {
    const before = Date.now();
    const { rows } = await pool.query<{ now: Date }>('/* scheduler.watchClock */ select clock_timestamp() as now');
    const after = Date.now();
    const skewMs = Math.round((before + after) / 2 - rows[0]!.now.getTime());
    if (Math.abs(skewMs) > toleratedMs + (after - before)) {
      logger.warn({ skewMs }, "this machine's clock disagrees with the database's: let both be set by NTP");
    }
  }
  const quietly = () => void look().catch((error: Error) => logger.debug({ err: error }, 'clock not compared'));
  quietly();
  const timer = setInterval(quietly, intervalMs);
  return () => clearInterval(timer);
}
