/** Resolves a query as of now, with the version of the data that its answer would be made of. */
import { stringifyExactJson } from '@millrace/shared/platform/exact-json';
import type { Pool } from '@millrace/shared/platform/postgres';
import { LRUCache } from 'lru-cache';
import type { TimeRange } from '../query/resolved-query.js';
import { inSnapshot, runShortStatement } from '../reading/in-snapshot.js';
import { readSite, type SiteContext } from '../reading/site-context.js';
import type { CacheableQuery, ExecutableQuery } from './cacheable-query.js';
import type { DataVersionKey } from './cached-answer.js';
import { type DataVersion, hashOf, readDataVersion, type VersionParams } from './data-version.js';

export interface Lookup extends Omit<ExecutableQuery, 'meaning'>, Omit<DataVersionKey, 'version'> {
  /** Names the answers to the same query, of any version. */
  name: string;
  /** Of an answer as of now; undefined if none may be cached. */
  version: string | undefined;
  identity: string;
  /** The meaning of the query as JSON. */
  meaningJson: string;
  versionParams: VersionParams;
}

/** `user-growth:demo:<hash>`. Administrators' patterns match these names. */
export const nameOf = ({ kind, siteId, request }: CacheableQuery): string =>
  `${kind}:${siteId}:${hashOf(stringifyExactJson(request))}`;

/** Answers with the same query, meaning and data have the same version. */
export const versionKeyOf = (meaningJson: string, { data, position, history }: DataVersion) => ({
  version: data && hashOf(meaningJson, data),
  meaning: hashOf(meaningJson, history),
  position,
});

const maxSites = 10_000;
const attempts = 3;

const siteOf = ({ siteTimezone, hasDailyVisitors }: DataVersion): SiteContext => ({
  hasDailyVisitors,
  siteTimezone: siteTimezone ?? 'UTC',
  siteKnown: siteTimezone !== null,
});

const isSameSite = (one: SiteContext, other: SiteContext) =>
  one.siteTimezone === other.siteTimezone &&
  one.siteKnown === other.siteKnown &&
  one.hasDailyVisitors === other.hasDailyVisitors;

/** Contains all events: whenever the first or last event of a site changes, the version of this range changes. */
const allDays: TimeRange = { from: new Date(Date.UTC(1000, 0, 1)), to: new Date(Date.UTC(9999, 0, 1)) };

function toLookup(resolved: ExecutableQuery, versionParams: VersionParams, data: DataVersion): Lookup {
  const meaningJson = stringifyExactJson(resolved.meaning);
  const { name } = versionParams;
  return { ...resolved, name, meaningJson, ...versionKeyOf(meaningJson, data), identity: data.identity, versionParams };
}

type FindLookup = (query: CacheableQuery, name: string, signal?: AbortSignal) => Promise<Lookup>;

/** Assumes that the site is as it was last time, then checks that with the version and resolves again if it is not. */
function createSiteLookup(pool: Pool): FindLookup {
  const sites = new LRUCache<string, SiteContext>({ max: maxSites });
  return async (query, name, signal) => {
    const { siteId, sources } = query;
    for (let attempt = 1; ; attempt += 1) {
      const assumed = sites.get(siteId) ?? { siteTimezone: 'UTC', siteKnown: true, hasDailyVisitors: false };
      const resolved = query.resolve(assumed);
      const versionParams = { siteId, sources, name, span: resolved.span };
      const data = await runShortStatement(pool, () => readDataVersion(pool, versionParams), signal);
      const site = siteOf(data);
      sites.set(siteId, site);
      if (isSameSite(site, assumed) || attempt === attempts) return toLookup(resolved, versionParams, data);
    }
  };
}

/** For queries whose meaning depends on the first or last event: neither has changed while the version is the same. */
function createAllTimeLookup(pool: Pool): FindLookup {
  const lastSeen = new LRUCache<string, { site: SiteContext; data: string }>({ max: maxSites });
  return async (query, name, signal) => {
    const { siteId } = query;
    const sources = [...new Set([...query.sources, 'events' as const])];
    const versionParams = { siteId, sources, name, span: allDays };
    const last = lastSeen.get(name);
    if (last) {
      const data = await runShortStatement(pool, () => readDataVersion(pool, versionParams), signal);
      const isCurrent = data.data === last.data && isSameSite(siteOf(data), last.site);
      if (isCurrent) return toLookup(query.resolve(last.site), versionParams, data);
    }
    const { data, site } = await inSnapshot(
      pool,
      async (client) => ({
        data: await readDataVersion(client, versionParams),
        site: await readSite(client, siteId, true),
      }),
      signal ? { signal } : {},
    );
    if (data.data !== undefined) lastSeen.set(name, { site, data: data.data });
    return toLookup(query.resolve(site), versionParams, data);
  };
}

/** One database query for a request that was made before, unless something has changed since. */
export function createLookup(pool: Pool) {
  const lookUpSite = createSiteLookup(pool);
  const lookUpAllTime = createAllTimeLookup(pool);
  return (query: CacheableQuery, signal?: AbortSignal): Promise<Lookup> =>
    (query.needsEvents ? lookUpAllTime : lookUpSite)(query, nameOf(query), signal);
}
