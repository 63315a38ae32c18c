/** Refreshes the cached answers of a dataset: those whose data has changed are computed again, the others only checked. */
import { isConnectionError, type Pool } from '@millrace/shared/platform/postgres';
import type { AnswerCache } from '../cache/answer-cache.js';
import type { Reader } from '../cache/compute-answer.js';
import { findDataset } from '../datasets/datasets.js';
import { pageLimits, pageQuery } from '../datasets/page-query.js';
import { parseDataset } from '../datasets/parse-dataset.js';
import type { Admit } from '../query/reading-cost.js';
import { inSnapshot } from '../reading/in-snapshot.js';
import type { SegmentEngine } from '../segments/segment-engine.js';
import type { CacheKey } from './cache-keys.js';

export interface WarmingDeps {
  /** For reads; may be a standby. */
  pool: Pool;
  cache: AnswerCache;
  engine?: SegmentEngine | undefined;
  clock?: () => Date;
}

export interface WarmedSites {
  warmed: number;
  /** The last site before the time limit; null if all were done. */
  lastSite: string | null;
  /** How many sites failed, and why the first one did. */
  error?: Error;
}

/** About as many as an open interval, or a few marked ones, have. */
const maxRawEvents = 100_000;
const longestStatementMs = 15_000;
/** Also limited to half of the interval. */
const longestRunMs = 60_000;

const tooManyEvents = new Error('more raw events than a warm-up may read');

/** Reading many raw events would slow down requests. */
const limitRawEvents: Admit = ({ events }) => {
  if (events > maxRawEvents) throw tooManyEvents;
};

/** False if the site's answer would need too many events that are not in rollups yet. */
async function warmSite(
  { pool, cache, engine }: WarmingDeps,
  siteId: string,
  key: CacheKey,
  now: Date,
): Promise<boolean> {
  const request = parseDataset(findDataset(key.dataset), { site_id: siteId });
  const read: Reader = (budget, work, longestMs) =>
    inSnapshot(pool, (client) => work(client, { admit: limitRawEvents, engine }), {
      signal: budget.signal,
      statementTimeoutMs: longestMs ?? longestStatementMs,
    });
  try {
    await cache.get(pageQuery(pool, { request, limit: pageLimits.standard }, now), { read, storesAll: true });
    return true;
  } catch (error) {
    if (error === tooManyEvents) return false;
    throw error;
  }
}

/**
 * Warms the sites that were active in the last day, starting after `lastSite`. A site that fails does not stop the others.
 * @throws Error if the connection is lost.
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

const statement = `/* reporting.recentSites */
select site_id as "siteId" from sites where exists (
  select 1 from events where events.site_id = sites.site_id
    and timestamp > $1::timestamptz - interval '1 day' and timestamp <= $1)
order by site_id <= coalesce($2, ''), site_id`;

/** Sites with events in the day before `now`, ordered by id, starting after `lastSite`: those likely to be requested next. */
export async function recentSites(pool: Pool, now: Date, lastSite: string | null = null): Promise<string[]> {
  const { rows } = await pool.query<{ siteId: string }>(statement, [now, lastSite]);
  return rows.map(({ siteId }) => siteId);
}
