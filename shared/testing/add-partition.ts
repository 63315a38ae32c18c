/** A place for events of a time of which the test did not ask the processor to make one. */
import type { Pool } from '@millrace/shared/platform/postgres';

/** From one day of UTC until before another, such as `2025-01-01` and `2026-01-01`. */
export async function addPartition(pool: Pool, from: string, until: string): Promise<void> {
  const name = `events_${from}_${until}`.replaceAll('-', '');
  await pool.query(`create table ${name} partition of events for values from ('${from}Z') to ('${until}Z')`);
}
