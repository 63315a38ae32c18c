/** Rows of datasets that are questions of the query API: counted by the same engine, so that they never differ from it. */
import { answerQuery } from '../query/answer-query.js';
import { parseQuery } from '../query-request/parse-query.js';
import { resolveQuery } from '../query-request/resolve-query.js';
import type { Column, DatasetContext, KeyColumn, Row } from './dataset.js';
import { pageRows } from './page-rows.js';

/** As sent to `/api/v1/query`, without site, range and time zone. */
export interface QueryQuestion {
  metrics: string[];
  dimensions: string[];
  filters?: unknown[];
  order_by?: [string, 'asc' | 'desc'][];
  pagination?: { limit: number };
}

const text = (value: string | number | null) => (value === null ? null : String(value));

/** A row has the dimensions, then the metrics, in the order of the question. */
export async function queryRows(context: DatasetContext, question: QueryQuestion): Promise<Row[]> {
  const { client, siteId, timezone, range, now, admit } = context;
  const date_range = [range.from.toISOString(), range.to.toISOString()];
  const request = parseQuery({ ...question, site_id: siteId, timezone, date_range });
  const answer = await answerQuery(client, resolveQuery(request, { now, siteTimezone: timezone }), admit);
  return answer.rows.map(({ dimensions, metrics }) => [...dimensions, ...metrics].map(text));
}

/** The same in the order of the key, as one batch. */
export async function* queryBatches(
  context: DatasetContext,
  question: QueryQuestion,
  columns: Column[],
  key: KeyColumn[],
): AsyncGenerator<Row[]> {
  yield pageRows(await queryRows(context, question), columns, key, context);
}
