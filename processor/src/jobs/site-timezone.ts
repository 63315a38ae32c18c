import type { Pool, PoolClient } from '@millrace/shared/platform/postgres';

/** Undefined for an unknown site. */
export async function siteTimezone(database: Pool | PoolClient, siteId: string): Promise<string | undefined> {
  const { rows } = await database.query<{ timezone: string }>(
    '/* processor.siteTimezone */ select timezone from sites where site_id = $1',
    [siteId],
  );
  return rows[0]?.timezone;
}
