import type { Access } from '@millrace/shared/access/keys';
import { ServiceError } from '@millrace/shared/platform/errors';
import { inTransaction, type Pool } from '@millrace/shared/platform/postgres';
import { changeSite, type SiteChange } from './change-site.js';
import type { SiteSettings } from './read-sites.js';

const insert = `/* reporting.insertSite */
insert into sites (site_id) values ($1) on conflict do nothing`;

const find = `/* reporting.findErasing */
select 1 from sites where site_id = $1 and erase_requested_at is not null`;

/** Changes to a site that is being erased would be lost with it. @throws ServiceError `conflict`. */
async function refuseWhileErasing(writePool: Pool, siteId: string): Promise<void> {
  const { rowCount } = await writePool.query(find, [siteId]);
  if (rowCount !== 0) throw beingErased();
}

const beingErased = () =>
  new ServiceError(
    'conflict',
    'This site is being erased. Create it again once that is done, which takes about a minute.',
  );

/**
 * Creates the site if needed and applies `change`. Idempotent.
 * @throws ServiceError `conflict` while the site is being erased.
 */
export async function putSite(writePool: Pool, siteId: string, change: SiteChange): Promise<SiteSettings> {
  await writePool.query(insert, [siteId]);
  const site = await patchSite(writePool, siteId, change);
  if (!site) throw beingErased();
  return site;
}

/** Undefined for an unknown site. @throws ServiceError `conflict` while the site is being erased. */
export async function patchSite(
  writePool: Pool,
  siteId: string,
  change: SiteChange,
): Promise<SiteSettings | undefined> {
  const site = await changeSite(writePool, siteId, change);
  if (!site) await refuseWhileErasing(writePool, siteId);
  return site;
}

const request = `/* reporting.requestErasure */
update sites set erase_requested_at = coalesce(erase_requested_at, now()) where site_id = $1`;

const record = `/* reporting.recordErasure */
insert into audit_log (key_id, key_name, action, target) values ($1, $2, 'site.erase', $3)`;

/**
 * Marks the site for erasure; the processor erases it with its next roll, within about a minute. False for an unknown site. The audit
 * log records the key, if there is one.
 */
export async function requestErasure(writePool: Pool, siteId: string, access: Access | undefined): Promise<boolean> {
  return inTransaction(writePool, async (client) => {
    const { rowCount } = await client.query(request, [siteId]);
    if (rowCount === 1 && access) await client.query(record, [access.keyId, access.name, siteId]);
    return rowCount === 1;
  });
}
