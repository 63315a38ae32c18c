/** Refuses what is asked of a site that there is not: a name that is misspelt would otherwise get empty files, or wait for ever. */
import { ServiceError } from '@millrace/shared/platform/errors';
import type { Pool } from '@millrace/shared/platform/postgres';

export const unknownSite = (siteId: string) =>
  new ServiceError(
    'not_found',
    `There is no site "${siteId}": PUT /api/v1/sites/${siteId} makes it before its first event.`,
  );

const known = '/* reporting.isKnownSite */ select 1 from sites where site_id = $1 and erase_requested_at is null';

/** @throws ServiceError `not_found`, also for a site that is being erased. */
export async function checkKnownSite(pool: Pool, siteId: string): Promise<void> {
  if ((await pool.query(known, [siteId])).rowCount === 0) throw unknownSite(siteId);
}
