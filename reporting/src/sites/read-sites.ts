import type { Enrichment } from '@millrace/shared/contract/enrichments';
import type { PoolClient } from '@millrace/shared/platform/postgres';
import type { ReadOptions } from '../reading/admit-read.js';
import { countEvents } from './count-events.js';

/** How the paths of events are normalized to pages. Absent rules have their defaults, see docs/ingestion.md#path-rules. */
export interface PathRules {
  strip_query?: boolean;
  keep_params?: string[];
  strip_fragment?: boolean;
  trailing_slash?: 'keep' | 'strip';
  strip_origin?: boolean;
}

export interface SiteSettings {
  site_id: string;
  name: string | null;
  timezone: string;
  /** Null: the defaults. */
  path_rules: PathRules | null;
  /** A referrer on one of them is `direct`. */
  hostnames: string[];
  /** Priority of its jobs: lower runs sooner. */
  job_priority: number | null;
  /** Longest time between two events of a visit. */
  session_minutes: number;
  /** Enrichments that are not applied to its events. */
  enrichment_off: Enrichment[];
  created_at: Date;
  /** In a {@link Site}, present only if true. */
  erasing?: boolean;
}

export interface Site extends SiteSettings {
  events: number;
  first_event: Date | null;
  last_event: Date | null;
}

export interface Page {
  limit: number;
  offset: number;
}

/** A page of all sites, or of the `only` one, by id in byte order. `client` must be in a transaction with one snapshot. */
export async function readSites(
  client: PoolClient,
  page: Page,
  only: string | null,
  reads: ReadOptions = {},
): Promise<Site[]> {
  const sites: Site[] = [];
  // Sequential, since a connection runs one query at a time.
  for (const site of await readSettings(client, page, only)) sites.push(await withEvents(client, site, reads));
  return sites;
}

/** `undefined` for an unknown site. */
export async function readSite(client: PoolClient, siteId: string, reads: ReadOptions = {}): Promise<Site | undefined> {
  const settings = await readSiteSettings(client, siteId);
  return settings && withEvents(client, settings, reads);
}

export async function countSites(client: PoolClient, only: string | null): Promise<number> {
  const { rows } = await client.query<{ sites: number }>(
    '/* reporting.countSites */ select count(*)::int as sites from sites where $1::text is null or site_id = $1',
    [only],
  );
  return rows[0]!.sites;
}

export async function withEvents(client: PoolClient, site: SiteSettings, reads: ReadOptions = {}): Promise<Site> {
  const { created_at, erasing, ...names } = site;
  const span = await readSpan(client, names.site_id);
  const { first_event: from, last_event: last } = span;
  // Timestamps are stored to the microsecond but read to the millisecond.
  const events =
    from && last ? await countEvents(client, names.site_id, { from, to: new Date(last.getTime() + 1) }, reads) : 0;
  return { ...names, events, ...span, created_at, ...(erasing && { erasing }) };
}

const columns =
  'site_id, name, timezone, path_rules, hostnames, job_priority, session_minutes, enrichment_off, created_at, erase_requested_at is not null as erasing';

/** Settings of sites, without reading their events; paged like {@link readSites}. */
export async function readSettings(
  client: PoolClient,
  { limit, offset }: Page,
  only: string | null,
): Promise<SiteSettings[]> {
  const { rows } = await client.query<SiteSettings>(
    `/* reporting.readSettings */
    select ${columns} from sites where $3::text is null or site_id = $3
    order by site_id limit $1 offset $2`,
    [limit, offset, only],
  );
  return rows;
}

async function readSiteSettings(client: PoolClient, siteId: string): Promise<SiteSettings | undefined> {
  const { rows } = await client.query<SiteSettings>(
    `/* reporting.readSiteSettings */ select ${columns} from sites where site_id = $1`,
    [siteId],
  );
  return rows[0];
}

/** Uses both ends of the primary key in each partition. */
async function readSpan(client: PoolClient, siteId: string): Promise<Pick<Site, 'first_event' | 'last_event'>> {
  const { rows } = await client.query<Pick<Site, 'first_event' | 'last_event'>>(
    `/* reporting.readSpan */
    select (select min(timestamp) from events where site_id = $1) as first_event,
      (select max(timestamp) from events where site_id = $1) as last_event`,
    [siteId],
  );
  return rows[0]!;
}
