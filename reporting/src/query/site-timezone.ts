/** Turns a site into its time zone; a site that is not known yet is in UTC. */
import type { Pool } from '@millrace/shared/postgres';

export async function siteTimezone(pool: Pool, siteId: string): Promise<string> {
  const { rows } = await pool.query<{ timezone: string }>(
    '/* reporting.siteTimezone */ select timezone from sites where site_id = $1',
    [siteId],
  );
  return rows[0]?.timezone ?? 'UTC';
}
