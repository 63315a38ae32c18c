/** What a question means at this moment, and the version of the data that its answer would be made of. */
import { stringifyExactJson } from '@millrace/shared/exact-json';
import type { Pool } from '@millrace/shared/postgres';
import { LRUCache } from 'lru-cache';
import { besideSnapshots } from '../query/in-snapshot.js';
import { readCircumstances, type SiteCircumstances } from '../query/read-circumstances.js';
import { type DataVersion, hashOf, readDataVersion } from './data-version.js';
import type { Question, ResolvedQuestion } from './question.js';

export interface LookedUp extends ResolvedQuestion {
  /** By which answers to the same question are found, whatever their version. */
  name: string;
  /** Of an answer as of now; undefined when none may be kept. */
  version: string | undefined;
  identity: string;
}

/** `user-growth:demo:<hash>`; names are what administrators' patterns stand for. */
export const nameOf = ({ kind, siteId, asked }: Question): string =>
  `${kind}:${siteId}:${hashOf(stringifyExactJson(asked))}`;

/** An answer is of this version where question, meaning and data are the same. */
export const versionOf = ({ meaning }: ResolvedQuestion, { data }: DataVersion): string | undefined =>
  data && hashOf(stringifyExactJson(meaning), data);

type Site = Pick<SiteCircumstances, 'siteTimezone' | 'siteKnown'>;

const knownSites = 10_000;
const attempts = 3;

const siteOf = ({ siteTimezone }: DataVersion): Site => ({
  siteTimezone: siteTimezone ?? 'UTC',
  siteKnown: siteTimezone !== null,
});

/**
 * Asks the database once: what the site is taken for is what it was the last time, and the version says whether it still is. Only
 * questions about all time need its events as well.
 */
export function createLookUp(pool: Pool) {
  const sites = new LRUCache<string, Site>({ max: knownSites });

  async function readSite({ siteId, needsEvents }: Question, signal?: AbortSignal): Promise<SiteCircumstances> {
    if (needsEvents) return readCircumstances(pool, siteId, true, signal);
    return sites.get(siteId) ?? { siteTimezone: 'UTC', siteKnown: true };
  }

  return async (question: Question, signal?: AbortSignal): Promise<LookedUp> => {
    const name = nameOf(question);
    for (let attempt = 1; ; attempt += 1) {
      const taken = await readSite(question, signal);
      const resolved = question.resolve(taken);
      const versioned = { ...question, name, span: resolved.span };
      const version = await besideSnapshots(pool, () => readDataVersion(pool, versioned), signal);
      const site = siteOf(version);
      sites.set(question.siteId, site);
      const isRight = site.siteTimezone === taken.siteTimezone && site.siteKnown === taken.siteKnown;
      if (isRight || attempt === attempts) {
        return { ...resolved, name, version: versionOf(resolved, version), identity: version.identity };
      }
    }
  };
}
