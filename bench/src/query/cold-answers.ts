/** The first answer with nothing in memory: right after a start, and about a site that was not asked about before. */
import { type Bench, withClosing } from '../bench.js';
import type { Database } from '../sides/create-database.js';
import { startReporting } from '../sides/start-sides.js';
import { trafficSites } from '../traffic/traffic-sites.js';
import { askCase } from './ask-case.js';
import type { QueryCase } from './query-case.js';

export interface ColdTimes {
  /** The first request of all. */
  freshMs: number[];
  /** The first about the site, after others about another one. */
  newSiteMs: number[];
}

/** The smallest: little of it warms the memory. */
const otherSite = trafficSites.at(-1)!.id;
const warmUpRequests = 10;

const about = (asked: QueryCase, site_id: string): QueryCase => ({ ...asked, body: { ...asked.body, site_id } });

/** @returns undefined where reporting does not know the question. */
export async function measureCold(bench: Bench, { url }: Database, asked: QueryCase): Promise<ColdTimes | undefined> {
  const times: ColdTimes = { freshMs: [], newSiteMs: [] };
  for (let number = 0; number < bench.settings.query.coldProcesses; number += 1) {
    const fresh = await askFresh(bench, url, asked, 0);
    const newSite = await askFresh(bench, url, asked, warmUpRequests);
    if (fresh === undefined || newSite === undefined) return undefined;
    times.freshMs.push(fresh);
    times.newSiteMs.push(newSite);
  }
  return times;
}

const askFresh = (bench: Bench, databaseUrl: string, asked: QueryCase, others: number): Promise<number | undefined> =>
  withClosing(bench, async (closing) => {
    const { url } = await startReporting(bench, closing, { DATABASE_URL: databaseUrl, CACHE_MB: '0' });
    for (let request = 0; request < others; request += 1) await askCase(url, about(asked, otherSite));
    return (await askCase(url, asked))?.ms;
  });
