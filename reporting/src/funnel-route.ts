/** Turns `POST /api/v1/funnel` into the users who got to each step of a funnel, and those who were lost on the way. */
import { checkSite } from '@millrace/shared/access/require-scope';
import type { RequestHandler } from 'express';
import { describeFunnel } from './funnel/describe-funnel.js';
import { parseFunnel } from './funnel/parse-funnel.js';
import { readFunnel } from './funnel/read-funnel.js';
import { checkPatterns, patternsOf, patternTimeoutMs } from './query/check-patterns.js';
import { prepareQuery } from './query/prepare-query.js';
import { type ReadDependencies, readInTurn } from './query/read-in-turn.js';
import { rawCost } from './query/reading-cost.js';
import { budgetOf } from './read-budget.js';
import { readJson } from './read-json.js';

/** A funnel always reads raw events. */
export interface FunnelDependencies extends ReadDependencies {
  clock?: () => Date;
}

export function funnelRoute({ pool, gate, clock = () => new Date() }: FunnelDependencies): RequestHandler {
  return async (req, res) => {
    const startedAt = performance.now();
    const budget = budgetOf(res);
    const { whole, names, steps, stepLists, window, windowMs } = parseFunnel(await readJson(req, res));
    checkSite(res, whole.siteId);
    const { siteId, siteKnown, timezone, range, filter } = await prepareQuery(pool, whole, clock(), budget.signal);
    const patternsOfSteps = steps.flatMap(patternsOf);
    await checkPatterns(pool, patternsOfSteps, { field: 'steps', signal: budget.signal });
    const withPatterns = patternsOf(filter).length + patternsOfSteps.length > 0;
    const users = await readInTurn(
      { pool, gate },
      budget,
      async (client, admit) => {
        admit?.(await rawCost(client, { siteId, range, ...(filter && { filter }) }));
        return readFunnel(client, { siteId, range, ...(filter && { filter }), steps, windowMs }, budget.signal);
      },
      withPatterns ? patternTimeoutMs : undefined,
    );
    res.json({
      steps: describeFunnel(names, users),
      meta: { source: 'raw', site_known: siteKnown, elapsed_ms: Math.round(performance.now() - startedAt) },
      query: {
        site_id: siteId,
        date_range: [range.from.toISOString(), range.to.toISOString()],
        timezone,
        ...(whole.weekStart && { week_start: whole.weekStart }),
        filters: whole.filterList,
        steps: names.map((name, index) => ({ name, filters: stepLists[index] })),
        window,
      },
    });
  };
}
