import type { Enrichment } from '@millrace/shared/contract/enrichments';
import type { Pool } from '@millrace/shared/platform/postgres';

export interface SiteSettings {
  /** The site's own hosts, which do not count as sources. */
  hostnames: readonly string[];
  /** Enrichments that are switched off. */
  off: readonly Enrichment[];
  /** A visit ends after this much inactivity. */
  sessionMinutes: number;
}

export type SettingsBySite = ReadonlyMap<string, SiteSettings>;

export const defaultSettings: SiteSettings = { hostnames: [], off: [], sessionMinutes: 30 };

const statement = `/* ingestion.siteSettings */
select site_id as "siteId", hostnames, enrichment_off as off, session_minutes as "sessionMinutes" from sites
where hostnames <> '{}' or enrichment_off <> '{}' or session_minutes <> ${defaultSettings.sessionMinutes}`;

/** Reads the sites whose settings differ from the defaults. */
export async function readSiteSettings(pool: Pool): Promise<SettingsBySite> {
  const { rows } = await pool.query<SiteSettings & { siteId: string }>(statement);
  return new Map(rows.map(({ siteId, ...settings }) => [siteId, settings]));
}
