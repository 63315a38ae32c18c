/** Turns a wish for another name or time zone into the changed site. */
import type { Pool } from '@millrace/shared/postgres';
import type { SiteNames } from './read-sites.js';

/** What is absent stays. A name of null is none. */
export interface SiteChange {
  name?: string | null;
  timezone?: string;
}

/** Rollups follow another time zone by themselves. `undefined` for a site that is not known. */
export async function changeSite(writePool: Pool, siteId: string, change: SiteChange): Promise<SiteNames | undefined> {
  const { rows } = await writePool.query<SiteNames>(
    `/* reporting.changeSite */
    update sites set timezone = coalesce($2, timezone), name = case when $3 then $4 else name end
    where site_id = $1 returning site_id, name, timezone, created_at`,
    [siteId, change.timezone, change.name !== undefined, change.name],
  );
  return rows[0];
}
