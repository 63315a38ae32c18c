/** `/api/v1/sites/:site_id/goals`: events that count as conversions. */
import { type RequestHandler, Router } from 'express';
import { type Goal, parseGoal } from '../goals/goal.js';
import { goalFilters, patternsOfGoal } from '../goals/goal-filters.js';
import { deleteGoal, insertGoal, listGoals } from '../goals/goal-rows.js';
import { readJson } from '../http/read-json.js';
import { checkPatterns } from '../query-request/check-patterns.js';
import { requireAdmin } from '../reports/report-access.js';
import { parseRecordId, type SiteRecordDependencies, siteOf } from '../sites/site-records.js';

const shown = ({ created_at, ...goal }: Goal) => ({ ...goal, filters: goalFilters(goal), created_at });

const list =
  ({ writePool }: SiteRecordDependencies): RequestHandler =>
  async (req, res) => {
    res.json({ goals: (await listGoals(writePool, siteOf(req, res))).map(shown) });
  };

const create =
  ({ writePool }: SiteRecordDependencies): RequestHandler =>
  async (req, res) => {
    const siteId = siteOf(req, res);
    const goal = parseGoal(await readJson(req, res));
    await checkPatterns(writePool, patternsOfGoal(goal), { field: 'path' });
    res.status(201).json(shown(await insertGoal(writePool, siteId, goal)));
  };

const remove =
  ({ writePool }: SiteRecordDependencies): RequestHandler =>
  async (req, res) => {
    const siteId = siteOf(req, res);
    await deleteGoal(writePool, siteId, parseRecordId(req.params.id, 'a goal'));
    res.status(204).end();
  };

export function goalsRoutes(deps: SiteRecordDependencies): Router {
  const router = Router();
  const path = '/api/v1/sites/:site_id/goals';
  router.get(path, list(deps));
  router.post(path, requireAdmin, create(deps));
  router.delete(`${path}/:id`, requireAdmin, remove(deps));
  return router;
}
