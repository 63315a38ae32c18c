/** Turns `POST` and `GET /api/v1/query` into the answer to any question about a site. */
import { checkSite } from '@millrace/shared/access/require-scope';
import type { PoolClient } from '@millrace/shared/postgres';
import type { Request, RequestHandler, Response } from 'express';
import { type Answer, answerQuery } from './query/answer-query.js';
import { patternsOf, patternTimeoutMs } from './query/check-patterns.js';
import { prepareQuery } from './query/prepare-query.js';
import { type ReadDependencies, readInTurn } from './query/read-in-turn.js';
import type { Admit } from './query/reading-cost.js';
import type { ResultRow } from './query/resolved-query.js';
import { echoQuery } from './query-request/echo-query.js';
import { parseQuery, type QueryRequest } from './query-request/parse-query.js';
import { queryFromParameters } from './query-request/query-parameters.js';
import { budgetOf } from './read-budget.js';
import { readJson } from './read-json.js';

export interface QueryDependencies extends ReadDependencies {
  clock?: () => Date;
}

/** Serves both methods: a body, or parameters of the same names. */
export function queryRoute({ pool, gate, clock = () => new Date() }: QueryDependencies): RequestHandler {
  return async (req, res) => {
    const startedAt = performance.now();
    const budget = budgetOf(res);
    const request = parseQuery(await readInput(req, res));
    checkSite(res, request.siteId);
    const query = await prepareQuery(pool, request, clock(), budget.signal);
    const longestMs = patternsOf(query.filter).length > 0 ? patternTimeoutMs : undefined;
    const read = (client: PoolClient, admit?: Admit) => answerQuery(client, query, admit);
    const answer = await readInTurn({ pool, gate }, budget, read, longestMs);
    res.json({
      results: resultsOf(answer, request.rowNames),
      meta: {
        source: answer.source,
        site_known: query.siteKnown,
        elapsed_ms: Math.round(performance.now() - startedAt),
        ...(answer.totalRows !== undefined && { total_rows: answer.totalRows }),
        ...(query.timeLabels && query.buckets && { time_labels: query.buckets.labels }),
      },
      query: echoQuery(request, query),
    });
  };
}

const readInput = (req: Request, res: Response): unknown =>
  req.method === 'POST' ? readJson(req, res) : queryFromParameters(req.query);

/** Rows as lists, or as objects with the names that the client gave. */
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
