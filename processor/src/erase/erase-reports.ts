/** Removes report files that may contain an erased user. */
import { datasetsOfSingleEvents } from '@millrace/shared/contract/report-data';
import type { PoolClient } from '@millrace/shared/platform/postgres';

/** Reports of single events, and those that filter by user or list properties. Reports in progress are generated again. */
const statement = `/* processor.eraseReportFiles */
update reports set file = null, store = null, status = case status when 'generating' then 'pending' else status end
where site_id = $1 and (file is not null or status = 'generating')
  and (dataset = any($2) or params::text ~ '"(user_id|session_id|property:)')`;

/** Reporting's worker deletes the unreferenced files within about an hour. Reports with only figures are kept. */
export async function eraseReportFiles(client: PoolClient, siteId: string): Promise<void> {
  await client.query(statement, [siteId, datasetsOfSingleEvents]);
}
