/** Turns a checked request into a query that can be answered now: instants for names, patterns that Postgres knows. */
import type { Pool } from '@millrace/shared/postgres';
import type { DateRange } from '../query-request/parse-date-range.js';
import type { QueryRequest } from '../query-request/parse-query.js';
import { resolveQuery } from '../query-request/resolve-query.js';
import { checkPatterns, patternsOf } from './check-patterns.js';
import { readCircumstances } from './read-circumstances.js';
import type { ResolvedQuery } from './resolved-query.js';

const isAllTime = (range: QueryRequest['comparison']) =>
  typeof range === 'object' && range.kind === 'named' && range.name === 'all';

export interface PreparedQuery extends ResolvedQuery {
  siteKnown: boolean;
}

/** A site that is not known has no events, which is an answer. @throws ServiceError `invalid_request`. */
export async function prepareQuery(
  pool: Pool,
  request: QueryRequest,
  now: Date,
  signal?: AbortSignal,
): Promise<PreparedQuery> {
  const ranges: (DateRange | QueryRequest['comparison'])[] = [request.dateRange, request.comparison];
  const site = await readCircumstances(pool, request.siteId, ranges.some(isAllTime), signal);
  const query = resolveQuery(request, { now, ...site });
  await checkPatterns(pool, patternsOf(query.filter), signal ? { signal } : {});
  return { ...query, siteKnown: site.siteKnown };
}
