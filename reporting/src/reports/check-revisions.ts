/** Finds reports that no longer say what is stored: events of their period came late, or were erased. */

import type { Pool, PoolClient } from '@millrace/shared/platform/postgres';
import { dayStart } from '@millrace/shared/time/zone-days';
import { readDataVersion as readMarks } from '../cache/data-version.js';
import { toTimeRange } from '../query-request/resolve-span.js';
import { inSnapshot } from '../reading/in-snapshot.js';
import { readDataVersion } from './data-version.js';
import type { Report } from './report.js';
import { findReport } from './report-rows.js';

const statementTimeoutMs = 5_000;

/** Raw events of before are gone, and with them the counts of days in other zones than the site's. */
const horizon = '/* reporting.rawHorizon */ select since from raw_horizon';

const checked = `/* reporting.noteCheck */
update reports set checked_at = $3, revised = revised or $4, checked_version = $5 where site_id = $1 and id = $2`;

/** What the events of a report are known by. */
interface Versions {
  /** Counted, as {@link Report.dataVersion}. */
  counted: string;
  /** Costs next to nothing, and moves with every event of its days; null where it says nothing. */
  marked: string | null;
}

/** `known`: the events need not be counted where that is how they are marked. */
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
 * Whether the report is out of date, which is noted. One that is not written, or whose events are no longer all there, is not. `known` is
 * what its events were marked by when they were counted last.
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

/** Claimed by being noted as checked: what another worker has taken is left to it, and what cannot be checked has its next turn after all others. */
const claim = `/* reporting.claimCheck */
update reports set checked_at = $3 where site_id = $1 and id = $2 and checked_at < $3::timestamptz - interval '15 minutes'
returning checked_version as known`;

export interface CheckOptions {
  /** Reports that are looked up at once. */
  atOnce: number;
  onError: (error: unknown) => void;
  /** No other report is looked at when it has fired. */
  signal?: AbortSignal;
}

/** Looks at every report that is due, beside other workers that do so; how many of them are out of date. */
export async function checkRevisions(
  pool: Pool,
  now: Date,
  { atOnce, onError, signal }: CheckOptions,
): Promise<number> {
  let revised = 0;
  for (;;) {
    const { rows } = await pool.query<Pick<Report, 'siteId' | 'id'>>(due, [now, atOnce]);
    for (const row of rows) {
      if (signal?.aborted) return revised;
      const { rows: claimed } = await pool.query<{ known: string | null }>(claim, [row.siteId, row.id, now]);
      if (claimed.length === 0) continue;
      try {
        const report = await findReport(pool, row.id, row.siteId);
        if (report && (await checkRevision(pool, report, now, claimed[0]!.known))) revised += 1;
      } catch (error) {
        onError(error);
      }
    }
    if (rows.length < atOnce) return revised;
  }
}
