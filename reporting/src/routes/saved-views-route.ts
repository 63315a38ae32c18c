/** `/api/v1/sites/:site_id/saved-views`: saved segments, funnels, retention reports and journeys. */
import { stringifyExactJson } from '@millrace/shared/platform/exact-json';
import { type RequestHandler, type Response, Router } from 'express';
import { readJson } from '../http/read-json.js';
import { requireAdmin } from '../reports/report-access.js';
import { parseDefinition } from '../saved-views/parse-definition.js';
import { kindSchema, parseNewView, parseViewChange, type SavedView } from '../saved-views/saved-view.js';
import { deleteView, findView, insertView, listViews, replaceView } from '../saved-views/view-rows.js';
import { isGuest } from '../share-links/guest.js';
import { mentionsPerson } from '../share-links/person-conditions.js';
import { parseRecord, parseRecordId, type SiteRecordDependencies, siteOf } from '../sites/site-records.js';

/** In the order of the documentation. */
const shown = ({ id, kind, name, definition, created_at }: SavedView) => ({ id, kind, name, definition, created_at });

/** Keeps all digits of the numbers in definitions. */
const send = (res: Response, body: object) => void res.type('json').send(stringifyExactJson(body));

const list =
  ({ writePool }: SiteRecordDependencies): RequestHandler =>
  async (req, res) => {
    const siteId = siteOf(req, res);
    const { kind } = parseRecord(kindSchema, req.query);
    const views = await listViews(writePool, siteId, kind);
    const visible = isGuest(res) ? views.filter(({ definition }) => !mentionsPerson(definition)) : views;
    send(res, { saved_views: visible.map(shown) });
  };

const create =
  ({ writePool }: SiteRecordDependencies): RequestHandler =>
  async (req, res) => {
    const siteId = siteOf(req, res);
    const view = parseNewView(await readJson(req, res));
    const definition = await parseDefinition(writePool, view);
    send(res.status(201), shown(await insertView(writePool, siteId, { ...view, definition })));
  };

const replace =
  ({ writePool }: SiteRecordDependencies): RequestHandler =>
  async (req, res) => {
    const siteId = siteOf(req, res);
    const before = await findView(writePool, siteId, parseRecordId(req.params.id, 'a saved view'));
    const change = parseViewChange(await readJson(req, res), before.kind);
    const view = { ...before, name: change.name, definition: await parseDefinition(writePool, change) };
    await replaceView(writePool, siteId, view);
    send(res, shown(view));
  };

const remove =
  ({ writePool }: SiteRecordDependencies): RequestHandler =>
  async (req, res) => {
    const siteId = siteOf(req, res);
    await deleteView(writePool, siteId, parseRecordId(req.params.id, 'a saved view'));
    res.status(204).end();
  };

export function savedViewsRoutes(deps: SiteRecordDependencies): Router {
  const router = Router();
  const path = '/api/v1/sites/:site_id/saved-views';
  router.get(path, list(deps));
  router.post(path, requireAdmin, create(deps));
  router.put(`${path}/:id`, requireAdmin, replace(deps));
  router.delete(`${path}/:id`, requireAdmin, remove(deps));
  return router;
}
