/** Turns `GET /api/v1/retention` into cohorts: visitors by the week or month of their first event, and when they came again. */
import { checkSite } from '@millrace/shared/access/require-scope';
import type { RequestHandler } from 'express';
import { prepareQuery } from './query/prepare-query.js';
import { type ReadDependencies, readInTurn } from './query/read-in-turn.js';
import { budgetOf } from './read-budget.js';
import { periodsOf } from './retention/cohort-periods.js';
import { maxPeriods, parseRetention, refuseSoMany } from './retention/parse-retention.js';
import { readCohorts } from './retention/read-cohorts.js';

export interface RetentionDependencies extends ReadDependencies {
  clock?: () => Date;
}

export function retentionRoute({ pool, gate, clock = () => new Date() }: RetentionDependencies): RequestHandler {
  return async (req, res) => {
    const startedAt = performance.now();
    const budget = budgetOf(res);
    const now = clock();
    const { period, request } = parseRetention(req.query);
    checkSite(res, request.siteId);
    const { siteId, siteKnown, timezone, range } = await prepareQuery(pool, request, now, budget.signal);
    const periods = periodsOf(range, period, timezone, now, maxPeriods, request.weekStart);
    if (periods.labels.length > maxPeriods) throw refuseSoMany(period);
    const { cohorts, source } = await readInTurn({ pool, gate }, budget, (client, admit) =>
      readCohorts(client, siteId, periods, admit),
    );
    res.json({
      cohorts,
      meta: { source, site_known: siteKnown, elapsed_ms: Math.round(performance.now() - startedAt) },
      query: {
        site_id: siteId,
        period,
        date_range: [range.from.toISOString(), range.to.toISOString()],
        timezone,
        ...(request.weekStart && { week_start: request.weekStart }),
      },
    });
  };
}
