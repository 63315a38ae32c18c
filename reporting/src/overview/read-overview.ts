/** Reads the overview of all sites: current visitors, visitors of a range, their change, and a series for a chart. */
import type { PoolClient } from '@millrace/shared/platform/postgres';
import { type AnswerDependencies, readAnswer } from '../cache/send-answer.js';
import { answerQuery } from '../query/answer-query.js';
import { admitRead, type ReadOptions } from '../reading/admit-read.js';
import type { ReadBudget } from '../reading/read-budget.js';
import { countSites, readSettings, type SiteSettings } from '../sites/read-sites.js';
import type { OverviewRequest } from './parse-overview.js';
import { figuresQuery, type SiteFigures } from './site-figures.js';

export interface SiteOverview extends SiteFigures {
  site_id: string;
  name: string | null;
  timezone: string;
  visitors_now: number;
}

export interface Overview {
  sites: SiteOverview[];
  /** On all pages. */
  total: number;
}

/** How long a visitor counts as present after an event. */
const presentMs = 5 * 60_000;

async function countPresent(client: PoolClient, siteId: string, now: Date, reads: ReadOptions): Promise<number> {
  const range = { from: new Date(now.getTime() - presentMs), to: now };
  const { rows } = await answerQuery(
    client,
    {
      ...{ siteId, timezone: 'UTC', range, metrics: ['visitors'], dimensions: [], orderBy: [], limit: 1, offset: 0 },
      ...{ totalRows: false, timeLabels: false },
    },
    reads,
  );
  return Number(rows[0]!.metrics[0]);
}

type PresentSite = SiteSettings & { visitors_now: number };

/** `only`: limits the list to one site. All but the current visitors comes from the cache if nothing has changed. */
export async function readOverview(
  deps: AnswerDependencies,
  budget: ReadBudget,
  { dateRange, page }: OverviewRequest,
  only: string | null,
  now: Date,
): Promise<Overview> {
  const { present, total } = await admitRead(deps, budget, async (client, reads) => {
    const found: PresentSite[] = [];
    // Sequential, since a connection runs one query at a time.
    for (const site of await readSettings(client, page, only)) {
      found.push({ ...site, visitors_now: await countPresent(client, site.site_id, now, reads) });
    }
    return { present: found, total: await countSites(client, only) };
  });
  const sites: SiteOverview[] = [];
  for (const { site_id, name, timezone, visitors_now } of present) {
    // Sequential as well, to leave connections for others.
    const figures = (await readAnswer(figuresQuery(site_id, dateRange, now), deps, budget)) as SiteFigures;
    sites.push({ site_id, name, timezone, visitors_now, ...figures });
  }
  return { sites, total };
}
