/** Finds outdated reports: events of their period arrived late or were erased. */

import type { Pool, PoolClient } from '@millrace/shared/platform/postgres';
import { dayStart } from '@millrace/shared/time/zone-days';
import { readDataVersion as readMarks } from '../cache/data-version.js';
import { toTimeRange } from '../query-request/resolve-span.js';
import { inSnapshot } from '../reading/in-snapshot.js';
import { readDataVersion } from './data-version.js';
import type { Report } from './report.js';
import { findReport } from './report-rows.js';

const statementTimeoutMs = 5_000;

/** Older raw events were dropped, so days in zones other than the site's can no longer be counted. */
const horizon = '/* reporting.rawHorizon */ select since from raw_horizon';

const checked = `/* reporting.recordCheck */
update reports set checked_at = $3, revised = revised or $4, checked_version = $5 where site_id = $1 and id = $2`;

/** Two fingerprints of the events of a report. */
interface Versions {
  /** From counts of the events, as in {@link Report.dataVersion}. */
  counted: string;
  /** Very cheap, and changes with every event of the days. Null if it cannot be read. */
  marked: string | null;
}

/** Skips counting if the mark is still `lastMark`. */
async function readVersions(client: PoolClient, report: Report, now: Date, known: string | null): Promise<Versions> {
  const { siteId, timezone, firstDay, lastDay } = report;
  const days = { from: firstDay, to: lastDay };
  const span = toTimeRange({ kind: 'days', ...days }, timezone);
  const { data: marked = null } = await readMarks(client, { siteId, sources: ['events'], name: 'reports', span });
  const asBefore = { counted: report.dataVersion!, marked };
  if (marked !== null && marked === known) return asBefore;
  const { rows } = await client.query<{ since: Date }>(horizon);
  if (rows[0] && rows[0].since > dayStart(firstDay, timezone)) return asBefore;
  return { counted: await readDataVersion({ client, siteId, timezone, days, now }), marked };
}

/**
 * Whether the report is outdated; saves the result. False for reports that are not written, and for those whose raw events were partly
 * dropped. `lastMark` is the mark of its events when they were last counted.
 */
export async function checkRevision(
  pool: Pool,
  report: Report,
  now: Date,
  known: string | null = null,
): Promise<boolean> {
  const { siteId, id, dataVersion, revised } = report;
  if (revised || dataVersion === null) return revised;
  const read = (client: PoolClient) => readVersions(client, report, now, known);
  const { counted, marked } = await inSnapshot(pool, read, { statementTimeoutMs });
  const isRevised = counted !== dataVersion;
  if (marked === null || marked !== known) await pool.query(checked, [siteId, id, now, isRevised, marked]);
  return isRevised;
}

const due = `/* reporting.reportsToCheck */
select site_id as "siteId", id from reports r
where status = 'generated' and not revised and generated_at > $1::timestamptz - interval '90 days'
  and checked_at < $1::timestamptz - interval '15 minutes'
  and not exists (select 1 from reports newer where newer.site_id = r.site_id and newer.origin = r.origin and newer.revision > r.revision
    and newer.status = 'generated')
order by checked_at limit $2`;

/** Updates `checked_at` first: other workers skip the report, and one that fails goes to the end of the line. */
const claim = `/* reporting.claimCheck */
update reports set checked_at = $3 where site_id = $1 and id = $2 and checked_at < $3::timestamptz - interval '15 minutes'
returning checked_version as "lastMark"`;

export interface CheckOptions {
  /** Reports per query. */
  batchSize: number;
  onError: (error: unknown) => void;
  /** Stops before the next report. */
  signal?: AbortSignal;
}

/** Checks every report that is due. Several workers can do so at once. Returns how many are outdated. */
export async function checkRevisions(
  pool: Pool,
  now: Date,
  { batchSize, onError, signal }: CheckOptions,
): Promise<number> {
  let revised = 0;
  for (;;) {
    const { rows } = await pool.query<Pick<Report, 'siteId' | 'id'>>(due, [now, batchSize]);
    for (const row of rows) {
      if (signal?.aborted) return revised;
      const { rows: claimed } = await pool.query<{ lastMark: string | null }>(claim, [row.siteId, row.id, now]);
      if (claimed.length === 0) continue;
      try {
        const report = await findReport(pool, row.id, row.siteId);
        if (report && (await checkRevision(pool, report, now, claimed[0]!.lastMark))) revised += 1;
      } catch (error) {
        onError(error);
      }
    }
    if (rows.length < batchSize) return revised;
  }
}
