import type { Logger } from '@millrace/shared/platform/logger';
import type { Pool } from '@millrace/shared/platform/postgres';

const intervalMs = 60_000;
const toleratedMs = 1_000;

/** Warns if the clock differs from the database's: slots would be early or late. Returns a function that stops it. */
export function watchClock(pool: Pool, logger: Logger): () => void {
  async function look(): Promise<void> {
    const before = Date.now();
    const { rows } = await pool.query<{ now: Date }>('/* scheduler.watchClock */ select clock_timestamp() as now');
    const after = Date.now();
    const skewMs = Math.round((before + after) / 2 - rows[0]!.now.getTime());
    if (Math.abs(skewMs) > toleratedMs + (after - before)) {
      logger.warn({ skewMs }, "this machine's clock differs from the database's; synchronize both with NTP");
    }
  }
  const quietly = () => void look().catch((error: Error) => logger.debug({ err: error }, 'could not compare clocks'));
  quietly();
  const timer = setInterval(quietly, intervalMs);
  return () => clearInterval(timer);
}
