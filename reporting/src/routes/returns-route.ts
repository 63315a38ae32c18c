/** `POST /api/v1/retention`: cohorts by the period of a first event, and returns by another event. */
import { checkSite } from '@millrace/shared/access/require-scope';
import type { Pool, PoolClient } from '@millrace/shared/platform/postgres';
import type { RequestHandler } from 'express';
import { type CacheableQuery, type ExecutableQuery, followsClock } from '../cache/cacheable-query.js';
import { type AnswerDependencies, sendAnswer } from '../cache/send-answer.js';
import { readJson } from '../http/read-json.js';
import { rawCost } from '../query/reading-cost.js';
import { effectiveFilter } from '../query/resolved-query.js';
import { checkPatterns, patternsOf, patternTimeoutMs } from '../query-request/check-patterns.js';
import { resolveQuery } from '../query-request/resolve-query.js';
import type { ReadOptions } from '../reading/admit-read.js';
import { readEventsSince } from '../reading/events-since.js';
import { needsEvents, type SiteContext, siteMeta } from '../reading/site-context.js';
import { clipPeriods, periodsOf } from '../retention/cohort-periods.js';
import { describeReturns } from '../retention/describe-returns.js';
import { maxPeriods, tooManyPeriods } from '../retention/parse-retention.js';
import { parseReturns, type ReturnsRequest } from '../retention/parse-returns.js';
import { needsVisits, readReturns } from '../retention/read-returns.js';
import { emptyTable, type ReturnsParams } from '../retention/return-table.js';
import { answerRetention, type RetentionAnswer } from '../segments/answer-retention.js';
import { widenForVisits } from '../segments/visit-rules.js';
import { withFixedFilters } from '../share-links/guest.js';

export function returnsRoute(deps: AnswerDependencies): RequestHandler {
  const { pool, clock = () => new Date() } = deps;
  return async (req, res) => {
    const startedAt = performance.now();
    const request = parseReturns(withFixedFilters(res, await readJson(req, res)));
    checkSite(res, request.scope.siteId);
    await sendAnswer(deps, req, res, toCacheableQuery(pool, request, clock()), startedAt);
  };
}

type Returned = Omit<RetentionAnswer, 'source'> & { source: RetentionAnswer['source'] | 'raw' };

/** `client` must be in a transaction with one snapshot. */
async function answer(client: PoolClient, params: ReturnsParams, reads: ReadOptions): Promise<Returned> {
  const { siteId, bounds, filter } = params;
  if (bounds.length < 2) return { total: emptyTable(0), byValue: [], source: 'raw' };
  const found = reads.engine && (await answerRetention(client, reads.engine, params, reads));
  if (found) return found;
  const range = { from: bounds[0]!, to: bounds.at(-1)! };
  const cost = needsVisits(params) ? { siteId, range: widenForVisits(range) } : { siteId, range, filter };
  reads.admit?.(await rawCost(client, cost));
  return { ...(await readReturns(client, params)), source: 'raw' };
}

function toCacheableQuery(pool: Pool, request: ReturnsRequest, now: Date): CacheableQuery {
  const { scope } = request;
  return {
    ...{
      kind: 'retention',
      siteId: scope.siteId,
      request,
      sources: ['events'],
      needsEvents: needsEvents(scope.dateRange),
    },
    resolve: (site) => resolveReturns(pool, request, now, site),
  };
}

function resolveReturns(pool: Pool, request: ReturnsRequest, now: Date, site: SiteContext): ExecutableQuery {
  const { scope, period, first, returning, breakdown, breakdownLimit } = request;
  const resolved = resolveQuery(scope, { now, ...site });
  const { siteId, timezone, range } = resolved;
  const filter = effectiveFilter(resolved);
  const wholePeriods = periodsOf(range, period, timezone, now, maxPeriods, scope.weekStart);
  if (wholePeriods.labels.length > maxPeriods) throw tooManyPeriods(period);
  const periods = clipPeriods(wholePeriods, range, now);
  const params: ReturnsParams = {
    ...{ siteId, breakdownLimit, bounds: periods.bounds },
    ...(filter && { filter }),
    ...(first && { first }),
    ...(returning && { returning }),
    ...(breakdown && { breakdown }),
  };
  const query = echo(request, { site_id: siteId, timezone, date_range: [range.from, range.to] });
  return {
    meaning: [query, periods, siteMeta(site, range)],
    span: needsVisits(params) ? widenForVisits(range) : range,
    isTransient: followsClock([range.from, range.to], now),
    ...checksOf(pool, params),
    async read(client, reads) {
      const { source, ...returns } = await answer(client, params, reads);
      const fields = { ...describeReturns(returns, periods.shown, breakdown !== undefined), query };
      return { fields, meta: { source, ...siteMeta(site, range), ...(await readEventsSince(client, range.from)) } };
    },
  };
}

function checksOf(pool: Pool, { filter, first, returning }: ReturnsParams) {
  const patterns = { filters: patternsOf(filter), first: patternsOf(first), returning: patternsOf(returning) };
  const hasPatterns = Object.values(patterns).some((list) => list.length > 0);
  return {
    longestMs: hasPatterns ? patternTimeoutMs : undefined,
    async check(signal: AbortSignal) {
      for (const [field, list] of Object.entries(patterns)) await checkPatterns(pool, list, { field, signal });
    },
  };
}

const echo = ({ scope, period, shown, breakdown, breakdownLimit }: ReturnsRequest, place: object) => ({
  ...place,
  ...(scope.weekStart && { week_start: scope.weekStart }),
  ...{ period, filters: scope.filterList, ...shown },
  ...(scope.includeBots && { include_bots: true }),
  ...(breakdown && { breakdown, breakdown_limit: breakdownLimit }),
});
