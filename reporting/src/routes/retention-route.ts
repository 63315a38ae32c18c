/** `GET /api/v1/retention`: cohorts by the week or month of a visitor's first event. */
import { checkSite } from '@millrace/shared/access/require-scope';
import type { RequestHandler } from 'express';
import { type CacheableQuery, spanOf } from '../cache/cacheable-query.js';
import { type AnswerDependencies, sendAnswer } from '../cache/send-answer.js';
import { resolveQuery } from '../query-request/resolve-query.js';
import { needsEvents, siteMeta } from '../reading/site-context.js';
import { periodsOf } from '../retention/cohort-periods.js';
import { maxPeriods, parseRetention, type RetentionRequest, tooManyPeriods } from '../retention/parse-retention.js';
import { earliestEvent, readCohorts } from '../retention/read-cohorts.js';

export function retentionRoute(deps: AnswerDependencies): RequestHandler {
  const { clock = () => new Date() } = deps;
  return async (req, res) => {
    const startedAt = performance.now();
    const request = parseRetention(req.query);
    checkSite(res, request.scope.siteId);
    await sendAnswer(deps, req, res, toCacheableQuery(request, clock()), startedAt);
  };
}

function toCacheableQuery(request: RetentionRequest, now: Date): CacheableQuery {
  const { period, scope } = request;
  return {
    ...{ kind: 'retention', siteId: scope.siteId, request, sources: ['events'] },
    needsEvents: needsEvents(scope.dateRange),
    resolve(site) {
      const { siteId, timezone, range } = resolveQuery(scope, { now, ...site });
      const periods = periodsOf(range, period, timezone, now, maxPeriods, scope.weekStart);
      if (periods.labels.length > maxPeriods) throw tooManyPeriods(period);
      const query = {
        site_id: siteId,
        period,
        date_range: [range.from.toISOString(), range.to.toISOString()],
        timezone,
        ...(scope.weekStart && { week_start: scope.weekStart }),
      };
      return {
        meaning: [query, periods, siteMeta(site, range)],
        span: spanOf([new Date(earliestEvent), ...periods.bounds]),
        isTransient: false,
        async read(client, reads) {
          const { cohorts, source } = await readCohorts(client, siteId, periods, reads);
          return { fields: { cohorts, query }, meta: { source, ...siteMeta(site, range) } };
        },
      };
    },
  };
}
