/** Rows of datasets that are questions of the query API: counted by the same engine, so that they never differ from it. */
import { type Answer, answerQuery } from '../query/answer-query.js';
import { parseQuery } from '../query-request/parse-query.js';
import { refusal } from '../query-request/refuse.js';
import { resolveQuery } from '../query-request/resolve-query.js';
import type { Dataset, DatasetContext, DatasetParams, Row } from './dataset.js';
import { pageRows } from './page-rows.js';

/** As sent to `/api/v1/query`, without site, time zone and pages; the range is that of the dataset unless it is given. */
export interface RowQueryParams {
  metrics: string[];
  dimensions: string[];
  filters?: unknown[] | undefined;
  include_bots?: boolean | undefined;
  order_by?: [string, string][] | undefined;
  date_range?: string;
  include?: { comparison: 'previous_period' };
  /** Rows at most; where it is absent, all have to be few enough for {@link mostRows}. */
  limit?: number;
}

/** So many rows are held in memory. */
export const mostRows = 100_000;

/** What was cut off would be missing without a word. */
const tooManyRows = () => refusal(['date_range'], 'has more than 100,000 rows of this dataset; ask for a shorter one');

const text = (value: string | number | null) => (value === null ? null : String(value));

export function askQuery(context: DatasetContext, question: RowQueryParams): Promise<Answer> {
  const { client, siteId, timezone, weekStart, range, now, reads } = context;
  const { limit = mostRows + 1, ...asked } = question;
  const request = parseQuery({
    date_range: [range.from.toISOString(), range.to.toISOString()],
    ...Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined)),
    ...(weekStart && { week_start: weekStart }),
    site_id: siteId,
    timezone,
  });
  const query = resolveQuery(request, { now, siteTimezone: timezone });
  return answerQuery(client, { ...query, limit }, reads);
}

/** A row has the dimensions, then the metrics, in the order of the question. @throws ServiceError `invalid_request` when there are too many. */
export async function queryRows(context: DatasetContext, question: RowQueryParams): Promise<Row[]> {
  // A query takes no empty range.
  if (context.range.from >= context.range.to) return [];
  const { rows } = await askQuery(context, question);
  if (question.limit === undefined && rows.length > mostRows) throw tooManyRows();
  return rows.map(({ dimensions, metrics }) => [...dimensions, ...metrics].map(text));
}

const batchRows = 1_000;

/** Rows that are held in memory, in the order of the key. */
export async function* heldBatches(
  context: DatasetContext,
  params: DatasetParams,
  { columns, key }: Pick<Dataset, 'columns' | 'key'>,
  read: () => Promise<Row[]>,
): AsyncGenerator<Row[]> {
  const page = pageRows(await read(), columns(params), key(params), context);
  for (let start = 0; start < page.length; start += batchRows) yield page.slice(start, start + batchRows);
}
