import type { Pool } from '@millrace/shared/platform/postgres';

export interface ReportStatistics {
  totalTemplates: number;
  activeTemplates: number;
  totalReports: number;
  successfulReports: number;
  failedReports: number;
}

const statement = `/* reporting.reportStatistics */
select (select count(*)::int from report_templates where $1::text is null or site_id = $1) as "totalTemplates",
  (select count(*)::int from report_templates where is_active and ($1::text is null or site_id = $1)) as "activeTemplates",
  count(*)::int as "totalReports", count(*) filter (where status = 'generated')::int as "successfulReports",
  count(*) filter (where status = 'failed')::int as "failedReports"
from reports where $1::text is null or site_id = $1`;

/** For all sites, or the site `only`. Each revision counts. */
export async function readStatistics(pool: Pool, only: string | null): Promise<ReportStatistics> {
  return (await pool.query<ReportStatistics>(statement, [only])).rows[0]!;
}
