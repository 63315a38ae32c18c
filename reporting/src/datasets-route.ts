/** `/api/v1/datasets`: which there are, what each is, and its rows. */
import { checkSite } from '@millrace/shared/access/require-scope';
import { type Request, type RequestHandler, Router } from 'express';
import type { Row } from './datasets/dataset.js';
import { datasets, findDataset } from './datasets/datasets.js';
import { describeDataset } from './datasets/describe-dataset.js';
import { jsonValue } from './datasets/json-value.js';
import { readCursor, writeCursor } from './datasets/page-cursor.js';
import { keyOf } from './datasets/page-rows.js';
import { parseDatasetQuery } from './datasets/parse-dataset.js';
import { type ResolvedDataset, readRows, resolveDataset } from './datasets/read-dataset.js';
import { type ReadDependencies, readInTurn } from './query/read-in-turn.js';
import { listFilters, showFilters } from './query-request/parse-filters.js';
import { refusal } from './query-request/refuse.js';
import { budgetOf } from './read-budget.js';

export interface DatasetsDependencies extends ReadDependencies {
  clock?: () => Date;
}

export const pageLimits = { standard: 100, most: 10_000 };

const textOf = (name: string, value: unknown): string | undefined => {
  if (value === undefined || typeof value === 'string') return value;
  throw refusal([name], 'must be given once');
};

function limitOf(given: string | undefined): number {
  const limit = given === undefined ? pageLimits.standard : /^\d{1,6}$/.test(given) ? Number(given) : 0;
  if (limit >= 1 && limit <= pageLimits.most) return limit;
  throw refusal(['page_size'], `must be a number from 1 to ${pageLimits.most}`);
}

/** Parameters of the page, and those of the dataset. */
function parsePage({ params, query }: Request<{ id: string }>) {
  const dataset = findDataset(params.id);
  const { page_size, after, ...rest } = query as Record<string, unknown>;
  const request = parseDatasetQuery(dataset, rest);
  const columns = dataset.columns(request.params);
  const key = dataset.key(request.params);
  const cursor = textOf('after', after);
  return {
    request,
    columns,
    key,
    limit: limitOf(textOf('page_size', page_size)),
    after: cursor === undefined ? undefined : readCursor(cursor, { id: dataset.id, columns, key }),
  };
}

const echo = ({ siteId, params, dataset, range, timezone }: ResolvedDataset) => ({
  site_id: siteId,
  ...(dataset.defaultRange !== undefined && { date_range: [range.from.toISOString(), range.to.toISOString()] }),
  timezone,
  ...params,
  ...(params.filters && { filters: showFilters(listFilters(params.filters, ['filters'])) }),
});

function rowsRoute({ pool, gate, clock = () => new Date() }: DatasetsDependencies): RequestHandler<{ id: string }> {
  return async (req, res) => {
    const startedAt = performance.now();
    const now = clock();
    const budget = budgetOf(res);
    const { request, columns, key, limit, after } = parsePage(req);
    checkSite(res, request.siteId);
    const resolved = await resolveDataset(pool, request, now, budget.signal);
    // One row more tells whether there is another page.
    const found = await readInTurn(
      { pool, gate },
      budget,
      (client, admit) => readRows(client, resolved, { now, after, limit: limit + 1, admit }),
      resolved.longestMs,
    );
    const rows = found.slice(0, limit);
    const object = (row: Row) =>
      Object.fromEntries(columns.map((column, at) => [column.name, jsonValue(column, row[at]!)]));
    res.json({
      dataset: request.dataset.id,
      columns,
      rows: rows.map(object),
      meta: { site_known: resolved.siteKnown, elapsed_ms: Math.round(performance.now() - startedAt) },
      query: echo(resolved),
      next:
        found.length > limit
          ? writeCursor({ id: request.dataset.id, columns, key }, keyOf(rows.at(-1)!, columns, key))
          : null,
    });
  };
}

export function datasetsRoutes(deps: DatasetsDependencies): Router {
  const router = Router();
  router.get('/api/v1/datasets', (_req, res) => void res.json({ datasets: datasets.map(describeDataset) }));
  router.get('/api/v1/datasets/:id', (req, res) => void res.json(describeDataset(findDataset(req.params.id))));
  router.get('/api/v1/datasets/:id/rows', rowsRoute(deps));
  return router;
}
