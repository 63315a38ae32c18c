/** Turns a cache key into pages of rollups and indexes that the database has in memory, by asking its question. */
import { isConnectionError, type Pool } from '@millrace/shared/postgres';
import { answerQuery } from '../query/answer-query.js';
import { inSnapshot } from '../query/in-snapshot.js';
import { prepareQuery } from '../query/prepare-query.js';
import type { Admit } from '../query/reading-cost.js';
import { parseQuery } from '../query-request/parse-query.js';
import type { CacheKey } from './cache-keys.js';
import { recentSites } from './recent-sites.js';

const maxSites = 20;
/** As an interval that is open, or a few that are marked, have. */
const mostRaw = 100_000;

const onlyRaw = new Error('only raw events have the answer');

/** Reading raw events would take from those who wait for an answer, and leave nothing behind that the next one needs. */
const refuseRaw: Admit = ({ isRaw, events }) => {
  if (isRaw || events > mostRaw) throw onlyRaw;
};

/** False for a site whose answer is not in rollups yet. */
async function warmSite(pool: Pool, siteId: string, { question }: CacheKey, now: Date): Promise<boolean> {
  const query = await prepareQuery(pool, parseQuery({ site_id: siteId, ...question }), now);
  try {
    await inSnapshot(pool, (client) => answerQuery(client, query, refuseRaw));
    return true;
  } catch (error) {
    if (error === onlyRaw) return false;
    throw error;
  }
}

/**
 * Asks for the sites that were active last; returns for how many rollups had the answer. A site that fails does not keep the
 * others from being asked.
 * @throws Error that says how many failed, and why the first did.
 */
export async function warmKey(pool: Pool, key: CacheKey, now: Date): Promise<number> {
  const sites = await recentSites(pool, now, maxSites);
  const problems: string[] = [];
  let warmed = 0;
  for (const siteId of sites) {
    try {
      if (await warmSite(pool, siteId, key, now)) warmed += 1;
    } catch (error) {
      if (isConnectionError(error)) throw error;
      problems.push(`${siteId}: ${(error as Error).message}`);
    }
  }
  if (problems.length > 0) throw new Error(`${problems.length} of ${sites.length} sites failed, first ${problems[0]}`);
  return warmed;
}
