import type { Enrichment } from '@millrace/shared/contract/enrichments';
import type { comparableHost } from '@millrace/shared/contract/normalize-host';
import type { Pool } from '@millrace/shared/platform/postgres';
import type { PathRules, SiteSettings } from './read-sites.js';

/** Absent fields stay as they are. */
export interface SiteChange {
  name?: string | null;
  timezone?: string;
  /** Replaces all rules; null: back to the defaults. */
  path_rules?: PathRules | null;
  /** Replaces all hostnames; in the form of {@link comparableHost}, sorted, without duplicates. */
  hostnames?: string[];
  /** Lower runs sooner; null: none. */
  job_priority?: number | null;
  /** Longest time between two events of a visit. */
  session_minutes?: number;
  /** Replaces the list; sorted, without duplicates. */
  enrichment_off?: Enrichment[];
}

/** Rollups adapt to a new time zone and to new hostnames later. `undefined` for a site that is unknown or being erased. */
export async function changeSite(
  writePool: Pool,
  siteId: string,
  change: SiteChange,
): Promise<SiteSettings | undefined> {
  const { rows } = await writePool.query<SiteSettings>(
    `/* reporting.changeSite */
    update sites set timezone = coalesce($2, timezone), name = case when $3 then $4 else name end,
      path_rules = case when $5 then nullif($6::jsonb, '{}') else path_rules end, hostnames = coalesce($7, hostnames),
      job_priority = case when $8 then $9::integer else job_priority end,
      session_minutes = coalesce($10, session_minutes), enrichment_off = coalesce($11, enrichment_off)
    where site_id = $1 and erase_requested_at is null
    returning site_id, name, timezone, path_rules, hostnames, job_priority, session_minutes, enrichment_off,
      created_at`,
    [
      ...[siteId, change.timezone, change.name !== undefined, change.name, change.path_rules !== undefined],
      change.path_rules && JSON.stringify(change.path_rules),
      ...[change.hostnames, change.job_priority !== undefined, change.job_priority],
      ...[change.session_minutes, change.enrichment_off],
    ],
  );
  return rows[0];
}
