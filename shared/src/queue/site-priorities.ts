import type { Pool } from '../platform/postgres.js';

/** BullMQ's limit; 0, the default, runs first. */
export const maxPriority = 2_097_151;

const statement = `/* shared.readSitePriorities */
select site_id as "siteId", job_priority as priority from sites where site_id = any($1) and job_priority > 0`;

/** Job priorities by site; sites with the default priority 0 are missing. */
export async function readSitePriorities(pool: Pool, siteIds: string[]): Promise<Map<string, number>> {
  if (siteIds.length === 0) return new Map();
  const { rows } = await pool.query<{ siteId: string; priority: number }>(statement, [siteIds]);
  return new Map(rows.map(({ siteId, priority }) => [siteId, priority]));
}
