/** Rows of datasets that are queries. The query engine computes them, so they always agree with `/api/v1/query`. */
import { type Answer, answerQuery } from '../query/answer-query.js';
import { parseQuery } from '../query-request/parse-query.js';
import { refusal } from '../query-request/refuse.js';
import { resolveQuery } from '../query-request/resolve-query.js';
import type { Dataset, DatasetContext, DatasetParams, Row } from './dataset.js';
import { pageRows } from './page-rows.js';

/** The body of a query without site, time zone and pagination. Default range: that of the dataset. */
export interface RowQueryParams {
  metrics: string[];
  dimensions: string[];
  filters?: unknown[] | undefined;
  include_bots?: boolean | undefined;
  order_by?: [string, string][] | undefined;
  date_range?: string;
  include?: { comparison: 'previous_period' };
  /** Maximum number of rows. Absent: all, of which there must not be more than {@link maxRows}. */
  limit?: number;
}

/** Rows are held in memory. */
export const maxRows = 100_000;

/** Rejected, because cutting off rows would go unnoticed. */
const tooManyRows = () => refusal(['date_range'], 'has more than 100,000 rows of this dataset; choose a shorter one');

const text = (value: string | number | null) => (value === null ? null : String(value));

export function runQuery(context: DatasetContext, query: RowQueryParams): Promise<Answer> {
  const { client, siteId, timezone, weekStart, range, now, reads } = context;
  const { limit = maxRows + 1, ...rest } = query;
  const request = parseQuery({
    date_range: [range.from.toISOString(), range.to.toISOString()],
    ...Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined)),
    ...(weekStart && { week_start: weekStart }),
    site_id: siteId,
    timezone,
  });
  const resolved = resolveQuery(request, { now, siteTimezone: timezone });
  return answerQuery(client, { ...resolved, limit }, reads);
}

/** Each row has the dimensions followed by the metrics, in the order of the query. @throws ServiceError `invalid_request` if there are too many rows. */
export async function queryRows(context: DatasetContext, query: RowQueryParams): Promise<Row[]> {
  // The query engine rejects empty ranges.
  if (context.range.from >= context.range.to) return [];
  const { rows } = await runQuery(context, query);
  if (query.limit === undefined && rows.length > maxRows) throw tooManyRows();
  return rows.map(({ dimensions, metrics }) => [...dimensions, ...metrics].map(text));
}

const batchRows = 1_000;

/** Sorts rows in memory by the key. */
export async function* batchesInMemory(
  context: DatasetContext,
  params: DatasetParams,
  { columns, key }: Pick<Dataset, 'columns' | 'key'>,
  read: () => Promise<Row[]>,
): AsyncGenerator<Row[]> {
  const page = pageRows(await read(), columns(params), key(params), context);
  for (let start = 0; start < page.length; start += batchRows) yield page.slice(start, start + batchRows);
}
