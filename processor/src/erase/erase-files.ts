/** Removes files that may contain erased events or users. */
import { datasetsOfSingleEvents } from '@millrace/shared/contract/report-data';
import type { PoolClient } from '@millrace/shared/platform/postgres';

const eraseOfSite = `/* processor.eraseExports */
with erased as (delete from exports where site_id = $1 returning store, file, output_path)
insert into export_leftovers (store, file, output_path)
select store, file, output_path from erased where file is not null on conflict do nothing`;

/**
 * Runs in the transaction that deletes the site, as exports can be requested until then. Reporting's worker removes the files
 * within a minute; an export in progress notices that its row is gone.
 */
export async function eraseExports(client: PoolClient, siteId: string): Promise<void> {
  await client.query(eraseOfSite, [siteId]);
}

/** Any export may contain the user. Those in progress start over without them. */
const expireOfSite = `/* processor.expireSiteExports */
update exports set expires_at = case status when 'completed' then now() end,
  status = case status when 'completed' then status else 'pending' end, run = null, touched_at = now()
where site_id = $1 and status in ('processing', 'completed')`;

/** Expires all exports of a site; they can be requested again. */
export async function expireSiteExports(client: PoolClient, siteId: string): Promise<void> {
  await client.query(expireOfSite, [siteId]);
}

/** Reports of single events, and those that filter by user or list properties. Reports in progress are generated again. */
const eraseReports = `/* processor.eraseReportFiles */
update reports set file = null, store = null, status = case status when 'generating' then 'pending' else status end
where site_id = $1 and (file is not null or status = 'generating')
  and (dataset = any($2) or params::text ~ '"(user_id|session_id|property:)')`;

/** Reporting's worker deletes the unreferenced files within about an hour. Reports with only figures are kept. */
export async function eraseReportFiles(client: PoolClient, siteId: string): Promise<void> {
  await client.query(eraseReports, [siteId, datasetsOfSingleEvents]);
}
