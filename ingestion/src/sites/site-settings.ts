/** What sites say about themselves, in memory: read from Postgres every few seconds, since no event waits for it. */
import type { Enrichment } from '@millrace/shared/contract/enrichments';
import type { Pool } from '@millrace/shared/platform/postgres';

export interface SiteSettings {
  /** Hosts of the site, which are no sources of its visitors. */
  hostnames: readonly string[];
  /** What is not to be found out about its events. */
  off: readonly Enrichment[];
  /** A visit ends when nothing comes for longer than this. */
  sessionMinutes: number;
}

export type SettingsBySite = ReadonlyMap<string, SiteSettings>;

export const defaultSettings: SiteSettings = { hostnames: [], off: [], sessionMinutes: 30 };

const statement = `/* ingestion.siteSettings */
select site_id as "siteId", hostnames, enrichment_off as off, session_minutes as "sessionMinutes" from sites
where hostnames <> '{}' or enrichment_off <> '{}' or session_minutes <> ${defaultSettings.sessionMinutes}`;

/** Of the sites whose settings are not the default ones. */
export async function readSiteSettings(pool: Pool): Promise<SettingsBySite> {
  const { rows } = await pool.query<SiteSettings & { siteId: string }>(statement);
  return new Map(rows.map(({ siteId, ...settings }) => [siteId, settings]));
}
