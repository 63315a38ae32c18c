import { type Bench, withClosing } from '../bench.js';
import {
  engineEvents,
  engineLabels,
  frozenEngineTimes,
  frozenSpeedupRow,
  incomparableRow,
} from '../frozen-baselines.js';
import { limitRow, missingRow, percentile, type Row } from '../row.js';
import type { Database } from '../sides/create-database.js';
import { startReporting } from '../sides/start-sides.js';
import { trafficSites } from '../traffic/traffic-sites.js';
import { unsupportedQuery } from './case-rows.js';
import { type QueryCase, shortName, tryCase } from './query-case.js';

interface ColdTimes {
  /** The first request of a process. */
  freshMs: number[];
  /** The first request for the site, after some for another site. */
  newSiteMs: number[];
}

/** The smallest site, which fills little of the caches. */
const otherSite = trafficSites.at(-1)!.id;
const warmUpRequests = 10;

const about = (queryCase: QueryCase, site_id: string): QueryCase => ({
  ...queryCase,
  body: { ...queryCase.body, site_id },
});

/** Rows about answers with nothing cached: after a start, and for a site that was not queried before. */
export async function coldRows(bench: Bench, database: Database, queryCase: QueryCase, events: number): Promise<Row[]> {
  const measure = `query: cold, ${shortName(queryCase)}`;
  const cold = await measureCold(bench, database, queryCase);
  if (!cold) return [missingRow(measure, unsupportedQuery)];
  const { freshMs, newSiteMs } = cold;
  const fresh = `${measure}, first answer of a fresh process, p95 of ${freshMs.length}`;
  const versus = `${measure}, a site that was not queried before, p50 vs ${engineLabels.clickhouse}, which always decompresses`;
  const { p50 } = frozenEngineTimes('clickhouse', shortName(queryCase));
  return [
    limitRow(fresh, percentile(freshMs, 95), 100, 'ms'),
    limitRow(
      `${measure}, a site that was not queried before, p95 of ${newSiteMs.length}`,
      percentile(newSiteMs, 95),
      100,
      'ms',
    ),
    events === engineEvents ? frozenSpeedupRow(versus, newSiteMs, p50, 1) : incomparableRow(versus),
  ];
}

async function measureCold(bench: Bench, { url }: Database, queryCase: QueryCase): Promise<ColdTimes | undefined> {
  const times: ColdTimes = { freshMs: [], newSiteMs: [] };
  for (let number = 0; number < bench.settings.query.coldProcesses; number += 1) {
    const fresh = await timeInNewProcess(bench, url, queryCase, 0);
    const newSite = await timeInNewProcess(bench, url, queryCase, warmUpRequests);
    if (fresh === undefined || newSite === undefined) return undefined;
    times.freshMs.push(fresh);
    times.newSiteMs.push(newSite);
  }
  return times;
}

const timeInNewProcess = (
  bench: Bench,
  databaseUrl: string,
  queryCase: QueryCase,
  requestsBefore: number,
): Promise<number | undefined> =>
  withClosing(bench, async (closing) => {
    const { url } = await startReporting(bench, closing, { DATABASE_URL: databaseUrl, CACHE_MB: '0' });
    for (let request = 0; request < requestsBefore; request += 1) await tryCase(url, about(queryCase, otherSite));
    return (await tryCase(url, queryCase))?.ms;
  });
