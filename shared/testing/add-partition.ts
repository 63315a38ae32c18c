import type { Pool } from '@millrace/shared/platform/postgres';

/** Adds a partition of table events from one UTC day until before another, such as `2025-01-01` and `2026-01-01`. */
export async function addPartition(pool: Pool, from: string, until: string): Promise<void> {
  const name = `events_${from}_${until}`.replaceAll('-', '');
  await pool.query(`create table ${name} partition of events for values from ('${from}Z') to ('${until}Z')`);
  await pool.query(`grant select on ${name} to millrace_reporting`);
}
