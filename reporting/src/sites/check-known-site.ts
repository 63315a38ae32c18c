/** Refuses requests about unknown sites: with a misspelt id they would otherwise write empty files, or wait forever. */
import { ServiceError } from '@millrace/shared/platform/errors';
import type { Pool } from '@millrace/shared/platform/postgres';

export const unknownSite = (siteId: string) =>
  new ServiceError(
    'not_found',
    `There is no site "${siteId}". It is created by its first event, or by PUT /api/v1/sites/${siteId}.`,
  );

const findSite = '/* reporting.isKnownSite */ select 1 from sites where site_id = $1 and erase_requested_at is null';

/** @throws ServiceError `not_found`, also for a site that is being erased. */
export async function checkKnownSite(pool: Pool, siteId: string): Promise<void> {
  if ((await pool.query(findSite, [siteId])).rowCount === 0) throw unknownSite(siteId);
}
