/** Finds reports that no longer say what is stored: events of their period came late, or were erased. */

import type { Pool } from '@millrace/shared/postgres';
import { dayStart } from '@millrace/shared/zone-days';
import { inSnapshot } from '../query/in-snapshot.js';
import { readDataVersion } from './data-version.js';
import type { Report } from './report.js';
import { findReport } from './report-rows.js';

const statementTimeoutMs = 5_000;

/** Raw events of before are gone, and with them the counts of days in other zones than the site's. */
const horizon = '/* reporting.rawHorizon */ select since from raw_horizon';

const checked = `/* reporting.noteCheck */
update reports set checked_at = now(), revised = revised or $3 where site_id = $1 and id = $2`;

/** Whether the report is out of date, which is noted. One that is not written, or whose events are no longer all there, is not. */
export async function checkRevision(pool: Pool, report: Report, now: Date): Promise<boolean> {
  const { siteId, id, timezone, firstDay, lastDay, dataVersion, revised } = report;
  if (revised || dataVersion === null) return revised;
  const days = { from: firstDay, to: lastDay };
  const version = await inSnapshot(
    pool,
    async (client) => {
      const { rows } = await client.query<{ since: Date }>(horizon);
      if (rows[0] && rows[0].since > dayStart(firstDay, timezone)) return dataVersion;
      return readDataVersion({ client, siteId, timezone, days, now });
    },
    { statementTimeoutMs },
  );
  await pool.query(checked, [siteId, id, version !== dataVersion]);
  return version !== dataVersion;
}

const due = `/* reporting.reportsToCheck */
select site_id as "siteId", id from reports r
where status = 'generated' and not revised and generated_at > $1::timestamptz - interval '90 days'
  and checked_at < $1::timestamptz - interval '15 minutes'
  and not exists (select 1 from reports newer where newer.site_id = r.site_id and newer.origin = r.origin and newer.revision > r.revision)
order by checked_at limit $2`;

const postpone = `/* reporting.postponeCheck */
update reports set checked_at = now() where site_id = $1 and id = $2`;

/**
 * Looks at the reports that were not looked at for the longest time; how many of them are out of date. One that cannot be checked,
 * such as one whose events take too long to count, has its next turn after all others.
 */
export async function checkRevisions(
  pool: Pool,
  now: Date,
  limit: number,
  onError: (error: unknown) => void,
): Promise<number> {
  const { rows } = await pool.query<Pick<Report, 'siteId' | 'id'>>(due, [now, limit]);
  let revised = 0;
  for (const { siteId, id } of rows) {
    try {
      const report = await findReport(pool, id, siteId);
      if (report && (await checkRevision(pool, report, now))) revised += 1;
    } catch (error) {
      onError(error);
      await pool.query(postpone, [siteId, id]);
    }
  }
  return revised;
}
