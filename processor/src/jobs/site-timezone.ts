/** Turns a site's id into its time zone. */
import type { Pool, PoolClient } from '@millrace/shared/platform/postgres';

/** Undefined when there is no such site. */
export async function siteTimezone(database: Pool | PoolClient, siteId: string): Promise<string | undefined> {
  const { rows } = await database.query<{ timezone: string }>(
    '/* processor.siteTimezone */ select timezone from sites where site_id = $1',
    [siteId],
  );
  return rows[0]?.timezone;
}
