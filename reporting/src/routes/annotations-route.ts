/** `/api/v1/sites/:site_id/annotations`: notes on what happened at a time, shown in charts. */
import { type RequestHandler, Router } from 'express';
import { annotationSchema, parseSpan, resolveAnnotation } from '../annotations/annotation.js';
import { deleteAnnotation, insertAnnotation, listAnnotations } from '../annotations/annotation-rows.js';
import { readJson } from '../http/read-json.js';
import { siteTimezone } from '../reading/site-context.js';
import { requireAdmin } from '../reports/report-access.js';
import { parseRecord, parseRecordId, type SiteRecordDependencies, siteOf } from '../sites/site-records.js';

const list =
  ({ writePool }: SiteRecordDependencies): RequestHandler =>
  async (req, res) => {
    const siteId = siteOf(req, res);
    const span = parseSpan(req.query, await siteTimezone(writePool, siteId));
    res.json({ annotations: await listAnnotations(writePool, siteId, span) });
  };

const create =
  ({ writePool }: SiteRecordDependencies): RequestHandler =>
  async (req, res) => {
    const siteId = siteOf(req, res);
    const sent = parseRecord(annotationSchema, await readJson(req, res));
    const annotation = resolveAnnotation(sent, await siteTimezone(writePool, siteId));
    res.status(201).json(await insertAnnotation(writePool, siteId, annotation));
  };

const remove =
  ({ writePool }: SiteRecordDependencies): RequestHandler =>
  async (req, res) => {
    const siteId = siteOf(req, res);
    await deleteAnnotation(writePool, siteId, parseRecordId(req.params.id, 'an annotation'));
    res.status(204).end();
  };

export function annotationsRoutes(deps: SiteRecordDependencies): Router {
  const router = Router();
  const path = '/api/v1/sites/:site_id/annotations';
  router.get(path, list(deps));
  router.post(path, requireAdmin, create(deps));
  router.delete(`${path}/:id`, requireAdmin, remove(deps));
  return router;
}
