/** `/api/v1/datasets`: the list of datasets, their descriptions and their rows. */
import { checkSite } from '@millrace/shared/access/require-scope';
import { type Request, type RequestHandler, Router } from 'express';
import { type AnswerDependencies, sendAnswer } from '../cache/send-answer.js';
import { datasets, findDataset } from '../datasets/datasets.js';
import { describeDataset } from '../datasets/describe-dataset.js';
import { readCursor } from '../datasets/page-cursor.js';
import { type PageRequest, pageLimits, pageQuery } from '../datasets/page-query.js';
import { parseDatasetQuery } from '../datasets/parse-dataset.js';
import { refusal } from '../query-request/refuse.js';

const textOf = (name: string, value: unknown): string | undefined => {
  if (value === undefined || typeof value === 'string') return value;
  throw refusal([name], 'must be given only once');
};

function limitOf(given: string | undefined): number {
  const limit = given === undefined ? pageLimits.standard : /^\d{1,6}$/.test(given) ? Number(given) : 0;
  if (limit >= 1 && limit <= pageLimits.most) return limit;
  throw refusal(['page_size'], `must be a number from 1 to ${pageLimits.most}`);
}

/** Splits the parameters into those of the page and those of the dataset. */
function parsePage({ params, query }: Request<{ id: string }>): PageRequest {
  const dataset = findDataset(params.id);
  const { page_size, after, ...rest } = query as Record<string, unknown>;
  const request = parseDatasetQuery(dataset, rest);
  const columns = dataset.columns(request.params);
  const key = dataset.key(request.params);
  const cursor = textOf('after', after);
  return {
    request,
    limit: limitOf(textOf('page_size', page_size)),
    after: cursor === undefined ? undefined : readCursor(cursor, { id: dataset.id, columns, key }),
  };
}

function rowsRoute(deps: AnswerDependencies): RequestHandler<{ id: string }> {
  const { pool, clock = () => new Date() } = deps;
  return async (req, res) => {
    const startedAt = performance.now();
    const page = parsePage(req);
    checkSite(res, page.request.siteId);
    await sendAnswer(deps, req as unknown as Request, res, pageQuery(pool, page, clock()), startedAt);
  };
}

export function datasetsRoutes(deps: AnswerDependencies): Router {
  const router = Router();
  router.get('/api/v1/datasets', (_req, res) => void res.json({ datasets: datasets.map(describeDataset) }));
  router.get('/api/v1/datasets/:id', (req, res) => void res.json(describeDataset(findDataset(req.params.id))));
  router.get('/api/v1/datasets/:id/rows', rowsRoute(deps));
  return router;
}
