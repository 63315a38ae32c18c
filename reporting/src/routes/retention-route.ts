/** `GET /api/v1/retention`: cohorts by the week or month of a visitor's first event. */
import { checkSite } from '@millrace/shared/access/require-scope';
import type { RequestHandler } from 'express';
import { type Question, spanOf } from '../cache/cacheable-query.js';
import { type AnswerDependencies, sendAnswer } from '../cache/send-answer.js';
import { resolveQuery } from '../query-request/resolve-query.js';
import { metaOfSite, needsEvents } from '../reading/site-circumstances.js';
import { periodsOf } from '../retention/cohort-periods.js';
import { maxPeriods, parseRetention, type RetentionRequest, refuseSoMany } from '../retention/parse-retention.js';
import { beginning, readCohorts } from '../retention/read-cohorts.js';

export function retentionRoute(deps: AnswerDependencies): RequestHandler {
  const { clock = () => new Date() } = deps;
  return async (req, res) => {
    const startedAt = performance.now();
    const asked = parseRetention(req.query);
    checkSite(res, asked.request.siteId);
    await sendAnswer(deps, req, res, questionOf(asked, clock()), startedAt);
  };
}

function questionOf(asked: RetentionRequest, now: Date): Question {
  const { period, request } = asked;
  return {
    ...{ kind: 'retention', siteId: request.siteId, asked, reads: ['events'] },
    needsEvents: needsEvents(request.dateRange),
    resolve(site) {
      const { siteId, timezone, range } = resolveQuery(request, { now, ...site });
      const periods = periodsOf(range, period, timezone, now, maxPeriods, request.weekStart);
      if (periods.labels.length > maxPeriods) throw refuseSoMany(period);
      const query = {
        site_id: siteId,
        period,
        date_range: [range.from.toISOString(), range.to.toISOString()],
        timezone,
        ...(request.weekStart && { week_start: request.weekStart }),
      };
      return {
        meaning: [query, periods, metaOfSite(site, range)],
        span: spanOf([new Date(beginning), ...periods.bounds]),
        isMomentary: false,
        async read(client, reads) {
          const { cohorts, source } = await readCohorts(client, siteId, periods, reads);
          return { fields: { cohorts, query }, meta: { source, ...metaOfSite(site, range) } };
        },
      };
    },
  };
}
