/** Keeps the answers behind a cache key: what changed since the last time is computed again, the rest is only looked at. */
import { isConnectionError, type Pool } from '@millrace/shared/platform/postgres';
import type { AnswerCache } from '../cache/answer-cache.js';
import type { Reader } from '../cache/compute-answer.js';
import { findDataset } from '../datasets/datasets.js';
import { parseDataset } from '../datasets/parse-dataset.js';
import { pageLimits, rowsQuestion } from '../datasets/rows-question.js';
import type { Admit } from '../query/reading-cost.js';
import { inSnapshot } from '../reading/in-snapshot.js';
import type { SegmentEngine } from '../segments/segment-engine.js';
import type { CacheKey } from './cache-keys.js';
import { recentSites } from './recent-sites.js';

export interface WarmingDeps {
  /** For reading; may lead to a standby. */
  pool: Pool;
  cache: AnswerCache;
  engine?: SegmentEngine | undefined;
  clock?: () => Date;
}

export interface WarmedSites {
  warmed: number;
  /** The last site before the time was up; null when it was enough for all. */
  lastSite: string | null;
  /** Says how many sites failed, and why the first did. */
  error?: Error;
}

/** About what an interval that is open, or a few that are marked, have. */
const mostRaw = 100_000;
const longestStatementMs = 15_000;
/** At most, and never longer than half of the interval. */
const longestRunMs = 60_000;

const rateLimited = new Error('more raw events than a warm-up may read');

/** Reading many raw events would take from those who wait for an answer. */
const refuseMuch: Admit = ({ events }) => {
  if (events > mostRaw) throw rateLimited;
};

/** False for a site whose answer is not in rollups yet. */
async function warmSite(
  { pool, cache, engine }: WarmingDeps,
  siteId: string,
  key: CacheKey,
  now: Date,
): Promise<boolean> {
  const request = parseDataset(findDataset(key.dataset), { site_id: siteId });
  const read: Reader = (budget, work, longestMs) =>
    inSnapshot(pool, (client) => work(client, { admit: refuseMuch, engine }), {
      signal: budget.signal,
      statementTimeoutMs: longestMs ?? longestStatementMs,
    });
  try {
    await cache.ask(rowsQuestion(pool, { request, limit: pageLimits.standard }, now), { read, keepsAll: true });
    return true;
  } catch (error) {
    if (error === rateLimited) return false;
    throw error;
  }
}

/**
 * Goes through the sites that were active in the last day, from the one after `lastSite` on. One that fails does not keep the others
 * from being warmed.
 * @throws Error of a connection that is lost.
 */
export async function warmKey(deps: WarmingDeps, key: CacheKey, lastSite: string | null = null): Promise<WarmedSites> {
  const { pool, clock = () => new Date() } = deps;
  const endsAt = performance.now() + Math.min(longestRunMs, key.intervalMs / 2);
  const sites = await recentSites(pool, clock(), lastSite);
  const problems: string[] = [];
  const result: WarmedSites = { warmed: 0, lastSite: null };
  for (const siteId of sites) {
    try {
      if (await warmSite(deps, siteId, key, clock())) result.warmed += 1;
    } catch (error) {
      if (isConnectionError(error)) throw error;
      problems.push(`${siteId}: ${(error as Error).message}`);
    }
    if (performance.now() > endsAt && siteId !== sites.at(-1)) {
      result.lastSite = siteId;
      break;
    }
  }
  if (problems.length === 0) return result;
  return { ...result, error: new Error(`${problems.length} of ${sites.length} sites failed, first ${problems[0]}`) };
}
