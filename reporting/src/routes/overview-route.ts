/** `GET /api/v1/overview`: all sites that a key may read, with their visitors at a glance. */
import type { RequestHandler } from 'express';
import { onlySite } from '../access/request-access.js';
import type { AnswerDependencies } from '../cache/send-answer.js';
import { parseOverview } from '../overview/parse-overview.js';
import { readOverview } from '../overview/read-overview.js';
import { budgetOf } from '../reading/read-budget.js';

export function overviewRoute(deps: AnswerDependencies): RequestHandler {
  const { clock = () => new Date() } = deps;
  return async (req, res) => {
    const request = parseOverview(req.query);
    res.json(await readOverview(deps, budgetOf(res), request, onlySite(res), clock()));
  };
}
