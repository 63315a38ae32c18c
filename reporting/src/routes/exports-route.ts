/** `/api/v1/exports`: exports of datasets, written by a worker and then downloaded. */
import { randomUUID } from 'node:crypto';
import { checkSite } from '@millrace/shared/access/require-scope';
import type { Logger } from '@millrace/shared/platform/logger';
import { type RequestHandler, Router } from 'express';
import { onlySite } from '../access/request-access.js';
import { resolveDataset } from '../datasets/read-dataset.js';
import { createExport } from '../exports/create-export.js';
import { deleteExport } from '../exports/delete-export.js';
import { type DownloadDependencies, downloadRoute } from '../exports/download-route.js';
import { datasetRequestOf, describeExport } from '../exports/export-row.js';
import { exportPath, findExport, keyIdOf } from '../exports/find-export.js';
import { type LinkDependencies, linkRoute } from '../exports/link-route.js';
import { writePageCursor } from '../exports/page-cursor.js';
import { parseExport, parsePage } from '../exports/parse-export.js';
import { listExports } from '../exports/read-exports.js';
import { readJson } from '../http/read-json.js';

export interface ExportsDependencies extends DownloadDependencies, LinkDependencies {
  logger: Logger;
  quotaBytes: number;
  /** Rejects if the queue is unreachable; the worker adds the job later then. */
  addJob: (exportId: string) => Promise<void>;
  removeJob: (exportId: string) => Promise<void>;
}

function createRoute(deps: ExportsDependencies): RequestHandler {
  const { writePool, quotaBytes, addJob, logger, clock = () => new Date() } = deps;
  return async (req, res) => {
    const now = clock();
    const params = parseExport(await readJson(req, res), now);
    checkSite(res, params.siteId);
    // Refuses now what would fail later.
    await resolveDataset(writePool, datasetRequestOf(params), now);
    const keyId = keyIdOf(res);
    const id = randomUUID();
    const row = await createExport(writePool, { ...params, id, now, ...(keyId && { keyId }) }, quotaBytes);
    await addJob(id).catch((error) =>
      logger.warn({ err: error, export: id }, 'could not add the job; the worker will add it'),
    );
    res.status(202).location(exportPath(id)).json(describeExport(row, now));
  };
}

function listRoute({ writePool, clock = () => new Date() }: ExportsDependencies): RequestHandler {
  return async (req, res) => {
    const now = clock();
    const page = parsePage(req.query as Record<string, unknown>);
    if (page.siteId !== null) checkSite(res, page.siteId);
    const siteId = page.siteId ?? onlySite(res);
    // Reads one more to see whether there is another page.
    const found = await listExports(writePool, { ...page, siteId, limit: page.limit + 1, now });
    const rows = found.slice(0, page.limit);
    const next = found.length > page.limit ? writePageCursor(rows.at(-1)!) : null;
    res.json({ exports: rows.map((row) => describeExport(row, now)), next });
  };
}

function showRoute({ writePool, clock = () => new Date() }: ExportsDependencies): RequestHandler<{ id: string }> {
  return async (req, res) => {
    res.json(describeExport(await findExport(writePool, req.params.id, onlySite(res)), clock()));
  };
}

function deleteRoute(deps: ExportsDependencies): RequestHandler<{ id: string }> {
  const { writePool, stores, removeJob, logger } = deps;
  return async (req, res) => {
    const { id, siteId } = await findExport(writePool, req.params.id, onlySite(res));
    await deleteExport(writePool, stores, { id, siteId });
    await removeJob(id).catch((error) =>
      logger.warn({ err: error, export: id }, 'could not remove the job of a deleted export'),
    );
    res.json({ id, status: 'deleted' });
  };
}

export function exportsRoutes(deps: ExportsDependencies): Router {
  const router = Router();
  router.post('/api/v1/exports', createRoute(deps));
  router.get('/api/v1/exports', listRoute(deps));
  router.get('/api/v1/exports/:id', showRoute(deps));
  router.delete('/api/v1/exports/:id', deleteRoute(deps));
  router.get('/api/v1/exports/:id/download', downloadRoute(deps));
  router.post('/api/v1/exports/:id/link', linkRoute(deps));
  return router;
}
