/** Turns `POST` and `GET /api/v1/query` into the answer to any question about a site. */
import { checkSite } from '@millrace/shared/access/require-scope';
import type { Pool } from '@millrace/shared/postgres';
import type { Request, RequestHandler, Response } from 'express';
import { clientGone } from './client-gone.js';
import { type Answer, answerQuery } from './query/answer-query.js';
import { patternsOf, patternTimeoutMs } from './query/check-patterns.js';
import type { Gate } from './query/heavy-queries.js';
import { inSnapshot } from './query/in-snapshot.js';
import { prepareQuery } from './query/prepare-query.js';
import type { ResolvedQuery, ResultRow } from './query/resolved-query.js';
import { echoQuery } from './query-request/echo-query.js';
import { parseQuery, type QueryRequest } from './query-request/parse-query.js';
import { queryFromParameters } from './query-request/query-parameters.js';
import { readJson } from './read-json.js';

export interface QueryDependencies {
  pool: Pool;
  /** Only so many queries read raw events at a time. */
  gate: Gate;
  clock?: () => Date;
}

/** Serves both methods: a body, or parameters of the same names. */
export function queryRoute({ pool, gate, clock = () => new Date() }: QueryDependencies): RequestHandler {
  return async (req, res) => {
    const startedAt = performance.now();
    const request = parseQuery(await readInput(req, res));
    checkSite(res, request.siteId);
    const query = await prepareQuery(pool, request, clock());
    const answer = await answerInTurn(pool, query, (work) => gate(work, clientGone(res)));
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

/**
 * Answers at once from rollups. Where raw events must be read it starts anew when its turn has come: who waits holds no
 * connection, which others need.
 */
async function answerInTurn(pool: Pool, query: ResolvedQuery, gate: Gate): Promise<Answer> {
  const limits = patternsOf(query.filter).length > 0 ? { statementTimeoutMs: patternTimeoutMs } : {};
  const answer = (inner?: Gate) => inSnapshot(pool, (client) => answerQuery(client, query, inner), limits);
  const needsTurn = new Error('raw events are to be read');
  try {
    return await answer(() => Promise.reject(needsTurn));
  } catch (error) {
    if (error !== needsTurn) throw error;
    return gate(() => answer());
  }
}

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
