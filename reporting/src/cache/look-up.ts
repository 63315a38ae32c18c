/** What a question means at this moment, and the version of the data that its answer would be made of. */
import { stringifyExactJson } from '@millrace/shared/platform/exact-json';
import type { Pool } from '@millrace/shared/platform/postgres';
import { LRUCache } from 'lru-cache';
import type { TimeRange } from '../query/resolved-query.js';
import { inSnapshot, runShortStatement } from '../reading/in-snapshot.js';
import { readSite, type SiteContext } from '../reading/site-context.js';
import { type DataVersion, hashOf, readDataVersion, type VersionedQuestion } from './data-version.js';
import type { DataMoment } from './kept-answer.js';
import type { Question, ResolvedQuestion } from './question.js';

export interface LookedUp extends Omit<ResolvedQuestion, 'meaning'>, Omit<DataMoment, 'version'> {
  /** By which answers to the same question are found, whatever their version. */
  name: string;
  /** Of an answer as of now; undefined when none may be kept. */
  version: string | undefined;
  identity: string;
  /** What the question means, as JSON. */
  written: string;
  /** What the version is read of. */
  versioned: VersionedQuestion;
}

/** `user-growth:demo:<hash>`; names are what administrators' patterns stand for. */
export const nameOf = ({ kind, siteId, asked }: Question): string =>
  `${kind}:${siteId}:${hashOf(stringifyExactJson(asked))}`;

/** An answer is of one version where question, meaning and data are the same. */
export const momentOf = (written: string, { data, position, history }: DataVersion) => ({
  version: data && hashOf(written, data),
  meaning: hashOf(written, history),
  position,
});

const knownSites = 10_000;
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

/** No event lies outside: whatever comes first or last of a site moves the version of these days. */
const allDays: TimeRange = { from: new Date(Date.UTC(1000, 0, 1)), to: new Date(Date.UTC(9999, 0, 1)) };

function lookedUp(resolved: ResolvedQuestion, versioned: VersionedQuestion, data: DataVersion): LookedUp {
  const written = stringifyExactJson(resolved.meaning);
  const { name } = versioned;
  return { ...resolved, name, written, ...momentOf(written, data), identity: data.identity, versioned };
}

type LookUp = (question: Question, name: string, signal?: AbortSignal) => Promise<LookedUp>;

/** What the site is taken for is what it was the last time, and the version says whether it still is. */
function createSiteLookUp(pool: Pool): LookUp {
  const sites = new LRUCache<string, SiteContext>({ max: knownSites });
  return async (question, name, signal) => {
    const { siteId, reads } = question;
    for (let attempt = 1; ; attempt += 1) {
      const taken = sites.get(siteId) ?? { siteTimezone: 'UTC', siteKnown: true, hasDailyVisitors: false };
      const resolved = question.resolve(taken);
      const versioned = { siteId, reads, name, span: resolved.span };
      const data = await runShortStatement(pool, () => readDataVersion(pool, versioned), signal);
      const site = siteOf(data);
      sites.set(siteId, site);
      if (isSameSite(site, taken) || attempt === attempts) return lookedUp(resolved, versioned, data);
    }
  };
}

/** Of questions whose meaning depends on the first or the last event: both are what they were while no event has come or gone. */
function createAllTimeLookUp(pool: Pool): LookUp {
  const known = new LRUCache<string, { site: SiteContext; data: string }>({ max: knownSites });
  return async (question, name, signal) => {
    const { siteId } = question;
    const reads = [...new Set([...question.reads, 'events' as const])];
    const versioned = { siteId, reads, name, span: allDays };
    const before = known.get(name);
    if (before) {
      const data = await runShortStatement(pool, () => readDataVersion(pool, versioned), signal);
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

/** Asks the database once for a question that was asked before, unless something has changed since. */
export function createLookUp(pool: Pool) {
  const ofSite = createSiteLookUp(pool);
  const ofAllTime = createAllTimeLookUp(pool);
  return (question: Question, signal?: AbortSignal): Promise<LookedUp> =>
    (question.needsEvents ? ofAllTime : ofSite)(question, nameOf(question), signal);
}
