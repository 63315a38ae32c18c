import { checkSite } from '@millrace/shared/access/require-scope';
import type { Pool } from '@millrace/shared/platform/postgres';
import type { Request, RequestHandler, Response } from 'express';
import { type CacheableQuery, type ExecutableQuery, followsClock, spanOf } from '../cache/cacheable-query.js';
import { type AnswerDependencies, sendAnswer } from '../cache/send-answer.js';
import { readJson } from '../http/read-json.js';
import { type Answer, answerQuery } from '../query/answer-query.js';
import type { ResolvedQuery, ResultRow } from '../query/resolved-query.js';
import { needsVisits } from '../query/visits-sql.js';
import { checkPatterns, patternsOf, patternTimeoutMs } from '../query-request/check-patterns.js';
import { echoQuery } from '../query-request/echo-query.js';
import { parseQuery, type QueryRequest } from '../query-request/parse-query.js';
import { queryFromParameters } from '../query-request/query-parameters.js';
import { resolveQuery } from '../query-request/resolve-query.js';
import { needsEvents, type SiteContext, siteMeta } from '../reading/site-context.js';
import { widenForVisits } from '../segments/visit-rules.js';
import { withFixedFilters } from '../share-links/guest.js';

/** `POST /api/v1/query` with a body, `GET` with parameters of the same names. */
export function queryRoute(deps: AnswerDependencies): RequestHandler {
  const { pool, clock = () => new Date() } = deps;
  return async (req, res) => {
    const startedAt = performance.now();
    const request = parseQuery(withFixedFilters(res, await readInput(req, res)));
    checkSite(res, request.siteId);
    await sendAnswer(deps, req, res, toCacheableQuery(pool, request, clock()), startedAt);
  };
}

const readInput = (req: Request, res: Response): unknown =>
  req.method === 'POST' ? readJson(req, res) : queryFromParameters(req.query);

const instantsOf = ({ range, comparison }: ResolvedQuery): Date[] => [
  ...[range.from, range.to],
  ...(comparison ? [comparison.range.from, comparison.range.to, ...(comparison.buckets?.bounds ?? [])] : []),
];

function toCacheableQuery(pool: Pool, request: QueryRequest, now: Date): CacheableQuery {
  return {
    kind: 'query',
    siteId: request.siteId,
    request,
    sources: ['events'],
    needsEvents: needsEvents(request.dateRange, request.comparison),
    resolve(site): ExecutableQuery {
      const query = resolveQuery(request, { now, ...site });
      const instants = instantsOf(query);
      const patterns = patternsOf(query.filter);
      return {
        meaning: [query, siteMeta(site, query.range)],
        span: needsVisits(query) ? widenForVisits(spanOf(instants)) : spanOf(instants),
        isTransient: followsClock(instants, now),
        longestMs: patterns.length > 0 ? patternTimeoutMs : undefined,
        check: (signal) => checkPatterns(pool, patterns, { signal }),
        read: async (client, reads) => bodyOf(request, query, await answerQuery(client, query, reads), site),
      };
    },
  };
}

/** The answer to `request`, which was resolved to `query`. */
export const bodyOf = (request: QueryRequest, query: ResolvedQuery, answer: Answer, site: SiteContext) => ({
  fields: { results: resultsOf(answer, request.rowNames), query: echoQuery(request, query) },
  meta: {
    source: answer.source,
    ...siteMeta(site, query.range),
    ...(answer.eventsSince && { events_since: answer.eventsSince.toISOString() }),
    ...(answer.totalRows !== undefined && { total_rows: answer.totalRows }),
    ...(query.timeLabels && query.buckets && { time_labels: query.buckets.labels }),
  },
});

/** Rows as lists, or as objects keyed by the names that the client sent. */
function resultsOf({ rows, comparisonRows }: Answer, names: QueryRequest['rowNames']) {
  const named = (keys: string[] | undefined, values: unknown[]) =>
    keys ? Object.fromEntries(keys.map((key, place) => [key, values[place]])) : values;
  const row = ({ dimensions, metrics }: ResultRow) => ({
    dimensions: named(names?.dimensions, dimensions),
    metrics: named(names?.metrics, metrics),
  });
  return rows.map((found, index) => {
    const comparison = comparisonRows?.[index];
    const change = comparison && { change: named(names?.metrics, comparison.change) };
    return { ...row(found), ...(comparison && { comparison: { ...row(comparison), ...change } }) };
  });
}
