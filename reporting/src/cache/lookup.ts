/** Resolves a query as of now, with the version of the data that its answer would be made of. */
import { stringifyExactJson } from '@millrace/shared/platform/exact-json';
import type { Pool } from '@millrace/shared/platform/postgres';
import { LRUCache } from 'lru-cache';
import type { TimeRange } from '../query/resolved-query.js';
import { besideSnapshots, inSnapshot } from '../reading/in-snapshot.js';
import { readSite, type SiteCircumstances } from '../reading/site-circumstances.js';
import type { Question, ResolvedQuestion } from './cacheable-query.js';
import type { DataMoment } from './cached-answer.js';
import { type DataVersion, hashOf, readDataVersion, type VersionedQuestion } from './data-version.js';

export interface LookedUp extends Omit<ResolvedQuestion, 'meaning'>, Omit<DataMoment, 'version'> {
  /** Names the answers to the same query, of any version. */
  name: string;
  /** Of an answer as of now; undefined if none may be cached. */
  version: string | undefined;
  identity: string;
  /** The meaning of the query as JSON. */
  written: string;
  versioned: VersionedQuestion;
}

/** `user-growth:demo:<hash>`. Administrators' patterns match these names. */
export const nameOf = ({ kind, siteId, asked }: Question): string =>
  `${kind}:${siteId}:${hashOf(stringifyExactJson(asked))}`;

/** Answers with the same query, meaning and data have the same version. */
export const momentOf = (written: string, { data, position, history }: DataVersion) => ({
  version: data && hashOf(written, data),
  meaning: hashOf(written, history),
  position,
});

const knownSites = 10_000;
const attempts = 3;

const siteOf = ({ siteTimezone, hasDailyVisitors }: DataVersion): SiteCircumstances => ({
  hasDailyVisitors,
  siteTimezone: siteTimezone ?? 'UTC',
  siteKnown: siteTimezone !== null,
});

const isSameSite = (one: SiteCircumstances, other: SiteCircumstances) =>
  one.siteTimezone === other.siteTimezone &&
  one.siteKnown === other.siteKnown &&
  one.hasDailyVisitors === other.hasDailyVisitors;

/** Contains all events: whenever the first or last event of a site changes, the version of this range changes. */
const allDays: TimeRange = { from: new Date(Date.UTC(1000, 0, 1)), to: new Date(Date.UTC(9999, 0, 1)) };

function lookedUp(resolved: ResolvedQuestion, versioned: VersionedQuestion, data: DataVersion): LookedUp {
  const written = stringifyExactJson(resolved.meaning);
  const { name } = versioned;
  return { ...resolved, name, written, ...momentOf(written, data), identity: data.identity, versioned };
}

type LookUp = (question: Question, name: string, signal?: AbortSignal) => Promise<LookedUp>;

/** Assumes that the site is as it was last time, then checks that with the version and resolves again if it is not. */
function createSiteLookUp(pool: Pool): LookUp {
  const sites = new LRUCache<string, SiteCircumstances>({ max: knownSites });
  return async (question, name, signal) => {
    const { siteId, reads } = question;
    for (let attempt = 1; ; attempt += 1) {
      const taken = sites.get(siteId) ?? { siteTimezone: 'UTC', siteKnown: true, hasDailyVisitors: false };
      const resolved = question.resolve(taken);
      const versioned = { siteId, reads, name, span: resolved.span };
      const data = await besideSnapshots(pool, () => readDataVersion(pool, versioned), signal);
      const site = siteOf(data);
      sites.set(siteId, site);
      if (isSameSite(site, taken) || attempt === attempts) return lookedUp(resolved, versioned, data);
    }
  };
}

/** For queries whose meaning depends on the first or last event: neither has changed while the version is the same. */
function createAllTimeLookUp(pool: Pool): LookUp {
  const known = new LRUCache<string, { site: SiteCircumstances; data: string }>({ max: knownSites });
  return async (question, name, signal) => {
    const { siteId } = question;
    const reads = [...new Set([...question.reads, 'events' as const])];
    const versioned = { siteId, reads, name, span: allDays };
    const before = known.get(name);
    if (before) {
      const data = await besideSnapshots(pool, () => readDataVersion(pool, versioned), signal);
      const isCurrent = data.data === before.data && isSameSite(siteOf(data), before.site);
      if (isCurrent) return lookedUp(question.resolve(before.site), versioned, data);
    }
    const { data, site } = await inSnapshot(
      pool,
      async (client) => ({
        data: await readDataVersion(client, versioned),
        site: await readSite(client, siteId, true),
      }),
      signal ? { signal } : {},
    );
    if (data.data !== undefined) known.set(name, { site, data: data.data });
    return lookedUp(question.resolve(site), versioned, data);
  };
}

/** One database query for a request that was made before, unless something has changed since. */
export function createLookUp(pool: Pool) {
  const ofSite = createSiteLookUp(pool);
  const ofAllTime = createAllTimeLookUp(pool);
  return (question: Question, signal?: AbortSignal): Promise<LookedUp> =>
    (question.needsEvents ? ofAllTime : ofSite)(question, nameOf(question), signal);
}
