/** Files of reports go when somebody who may be in them is erased. */

import { datasetsOfSingleEvents } from '@millrace/shared/contract/report-data';
import type { PoolClient } from '@millrace/shared/platform/postgres';

/** Those of single events, and those that pick people or list properties. What is being written is written again, without. */
const statement = `/* processor.eraseReportFiles */
update reports set file = null, store = null, status = case status when 'generating' then 'pending' else status end
where site_id = $1 and (file is not null or status = 'generating')
  and (dataset = any($2) or params::text ~ '"(user_id|session_id|property:)')`;

/** Reporting's worker removes the files, which no report has any more, within about an hour. Figures and counts stay. */
export async function eraseReportFiles(client: PoolClient, siteId: string): Promise<void> {
  await client.query(statement, [siteId, datasetsOfSingleEvents]);
}
