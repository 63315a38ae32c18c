/** `POST /api/v1/journeys`: the paths that visits take from page to page. */
import { checkSite } from '@millrace/shared/access/require-scope';
import type { Pool, PoolClient } from '@millrace/shared/platform/postgres';
import type { RequestHandler } from 'express';
import { type CacheableQuery, type ExecutableQuery, followsClock } from '../cache/cacheable-query.js';
import { type AnswerDependencies, sendAnswer } from '../cache/send-answer.js';
import { readJson } from '../http/read-json.js';
import type { Journeys, JourneysParams } from '../journeys/journey.js';
import { type JourneysRequest, parseJourneys } from '../journeys/parse-journeys.js';
import { readJourneys } from '../journeys/read-journeys.js';
import { ratio } from '../query/page-rows.js';
import { rawCost } from '../query/reading-cost.js';
import { effectiveFilter } from '../query/resolved-query.js';
import { checkPatterns, patternsOf, patternTimeoutMs } from '../query-request/check-patterns.js';
import { resolveQuery } from '../query-request/resolve-query.js';
import type { ReadOptions } from '../reading/admit-read.js';
import { readEventsSince } from '../reading/events-since.js';
import { needsEvents, type SiteContext, siteMeta } from '../reading/site-context.js';
import { answerJourneys, type JourneysAnswer } from '../segments/answer-journeys.js';
import { widenForVisits } from '../segments/visit-rules.js';
import { withFixedFilters } from '../share-links/guest.js';

export function journeysRoute(deps: AnswerDependencies): RequestHandler {
  const { pool, clock = () => new Date() } = deps;
  return async (req, res) => {
    const startedAt = performance.now();
    const request = parseJourneys(withFixedFilters(res, await readJson(req, res)));
    checkSite(res, request.scope.siteId);
    await sendAnswer(deps, req, res, toCacheableQuery(pool, request, clock()), startedAt);
  };
}

type Found = Journeys & { source: JourneysAnswer['source'] | 'raw' };

/** `client` must be in a transaction with one snapshot. */
async function answer(client: PoolClient, params: JourneysParams, reads: ReadOptions): Promise<Found> {
  const found = reads.engine && (await answerJourneys(client, reads.engine, params, reads));
  if (found) return found;
  reads.admit?.(await rawCost(client, { siteId: params.siteId, range: widenForVisits(params.range) }));
  return { ...(await readJourneys(client, params)), source: 'raw' };
}

function toCacheableQuery(pool: Pool, request: JourneysRequest, now: Date): CacheableQuery {
  const { scope } = request;
  return {
    ...{
      kind: 'journeys',
      siteId: scope.siteId,
      request,
      sources: ['events'],
      needsEvents: needsEvents(scope.dateRange),
    },
    resolve: (site) => resolveJourneys(pool, request, now, site),
  };
}

function resolveJourneys(
  pool: Pool,
  { scope, mark, ...shape }: JourneysRequest,
  now: Date,
  site: SiteContext,
): ExecutableQuery {
  const resolved = resolveQuery(scope, { now, ...site });
  const { siteId, timezone, range } = resolved;
  const filter = effectiveFilter(resolved);
  const params: JourneysParams = {
    ...{ siteId, range, ...shape },
    ...(filter && { filter }),
    ...(mark && { mark: { at: mark.at, filter: mark.filter } }),
  };
  const query = {
    ...{ site_id: siteId, timezone, date_range: [range.from, range.to] },
    ...(scope.weekStart && { week_start: scope.weekStart }),
    ...(scope.includeBots && { include_bots: true }),
    ...{ filters: scope.filterList, ...(mark && { [mark.at]: { filters: mark.shown } }), ...shape },
  };
  return {
    meaning: [query, siteMeta(site, range)],
    span: widenForVisits(range),
    isTransient: followsClock([range.from, range.to], now),
    ...checksOf(pool, params),
    async read(client, reads) {
      const { source, ...found } = await answer(client, params, reads);
      return {
        fields: { ...shown(found), query },
        meta: { source, ...siteMeta(site, range), ...(await readEventsSince(client, range.from)) },
      };
    },
  };
}

function checksOf(pool: Pool, { filter, mark }: JourneysParams) {
  const ofMark = patternsOf(mark?.filter);
  const hasPatterns = patternsOf(filter).length + ofMark.length > 0;
  return {
    longestMs: hasPatterns ? patternTimeoutMs : undefined,
    async check(signal: AbortSignal) {
      await checkPatterns(pool, patternsOf(filter), { signal });
      await checkPatterns(pool, ofMark, { field: mark?.at ?? 'start', signal });
    },
  };
}

/** In percent of all visits that have a journey. */
const shown = ({ journeys, total }: Journeys) => ({
  journeys: journeys.map((journey) => ({ ...journey, percent: ratio(100 * journey.visits, total.visits) })),
  total,
});
