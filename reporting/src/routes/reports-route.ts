/** `/api/v1/reports`: generated reports, their files and deliveries. */

import { checkSite } from '@millrace/shared/access/require-scope';
import { ServiceError } from '@millrace/shared/platform/errors';
import type { Logger } from '@millrace/shared/platform/logger';
import type { Pool } from '@millrace/shared/platform/postgres';
import { type Request, type RequestHandler, type Response, Router } from 'express';
import { onlySite } from '../access/request-access.js';
import type { Links } from '../exports/export-links.js';
import type { ExportStores } from '../exports/export-store.js';
import { formats } from '../exports/formats/formats.js';
import { serveFile } from '../exports/serve-file.js';
import { readOptionalJson } from '../http/read-json.js';
import { checkRevision } from '../reports/check-revisions.js';
import { listDeliveries } from '../reports/list-deliveries.js';
import { parseListing, resendSchema } from '../reports/parse-listing.js';
import { reissueReport } from '../reports/reissue-report.js';
import type { Report } from '../reports/report.js';
import { isAdmin, recordAudit, requireAdmin } from '../reports/report-access.js';
import { filenameOf } from '../reports/report-filename.js';
import { openFile } from '../reports/report-files.js';
import { findReport, listReports, unknownReport } from '../reports/report-rows.js';
import { readStatistics } from '../reports/report-statistics.js';
import { resendReport } from '../reports/resend-report.js';
import { checkBody } from '../reports/templates/parse-template.js';

export interface ReportsRouteDeps {
  writePool: Pool;
  stores: ExportStores;
  /** Signed download links, which need no key. */
  links: Links;
  logger: Logger;
  clock?: () => Date;
}
type Deps = Required<ReportsRouteDeps>;

function shown(report: Report) {
  const { id, siteId, templateId, slot, jobId, title, dataset, params, format, firstDay, lastDay, timezone } = report;
  const { status, error, revision, revised, keyFigures, changes, file, bytes, rowCount, checksum } = report;
  return {
    ...{ id, site_id: siteId, template_id: templateId, slot, job_id: jobId, title, dataset, params, format },
    ...{
      first_day: firstDay,
      last_day: lastDay,
      timezone,
      recipients: report.recipients,
      webhook: report.webhook !== null,
    },
    ...{ status, error, revision, revised, key_figures: keyFigures, changes },
    ...{
      bytes,
      rows: rowCount,
      checksum: checksum && `sha256:${checksum}`,
      download: file === null ? null : `/api/v1/reports/${id}/download`,
    },
    ...{ created_at: report.createdAt, generated_at: report.generatedAt },
  };
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Reports of sites that the key cannot access are not found. */
async function reportOf(pool: Pool, res: Response, id: unknown): Promise<Report> {
  const found = uuid.test(String(id)) ? await findReport(pool, String(id), onlySite(res)) : undefined;
  if (!found) throw unknownReport();
  return found;
}

const list =
  ({ writePool }: Deps): RequestHandler =>
  async (req, res) => {
    const { limit, offset, after, site_id, template_id, status } = parseListing(req.query);
    if (site_id !== undefined) checkSite(res, site_id);
    const filter = { siteId: site_id ?? onlySite(res), templateId: template_id, status };
    const { reports, total, next = null } = await listReports(writePool, filter, { limit, offset, after });
    res.json({ reports: reports.map(shown), total, pagination: { limit, offset }, next });
  };

const show =
  ({ writePool, clock, logger }: Deps): RequestHandler =>
  async (req, res) => {
    const report = await reportOf(writePool, res, req.params.id);
    // The report is returned even if counting its events takes too long.
    const revised = await checkRevision(writePool, report, clock()).catch((error: unknown) => {
      logger.warn(
        { err: error, report: report.id },
        'could not count the events of a report; showing the result of the last check',
      );
      return report.revised;
    });
    const deliveries = await listDeliveries(writePool, report, isAdmin(res));
    res.json({ ...shown({ ...report, revised }), deliveries });
  };

const fileDeleted = () =>
  new ServiceError('gone', 'The file of this report has been deleted. Reissue the report to get a new one.');

function noFile({ status, error }: Report): ServiceError {
  if (status === 'failed') return new ServiceError('conflict', `This report could not be generated: ${error}`);
  if (status === 'generated') return fileDeleted();
  const why = error === null ? '. Try again in a moment.' : `: ${error}`;
  return new ServiceError('conflict', `This report is not ready yet${why}`);
}

async function send({ stores }: Deps, req: Request, res: Response, report: Report): Promise<void> {
  if (report.file === null || report.bytes === null) throw noFile(report);
  await serveFile(req, res, {
    bytes: report.bytes,
    checksum: report.checksum!,
    modifiedAt: report.generatedAt!,
    contentType: formats[report.format].contentType,
    filename: filenameOf(report),
    async open(range) {
      const content = await openFile(stores, report, range);
      if (content) return content;
      throw fileDeleted();
    },
  });
}

const download =
  (deps: Deps): RequestHandler =>
  async (req, res) =>
    send(deps, req, res, await reportOf(deps.writePool, res, req.params.id));

/** Serves the links in mails. Mounted before keys are checked; requests without a signature are left to later routes. */
export function signedReportRoute({ clock = () => new Date(), ...rest }: ReportsRouteDeps): RequestHandler {
  const deps = { clock, ...rest };
  return async (req, res, next) => {
    const { expires, signature } = req.query;
    if (signature === undefined) return next();
    const path = `/api/v1/reports/${req.params.id}/download`;
    if (!(await deps.links.isValid(path, { expires, signature }, clock()))) {
      throw new ServiceError('forbidden', 'This link is invalid or has expired. Ask for the report to be sent again.');
    }
    await send(deps, req, res, await reportOf(deps.writePool, res, req.params.id));
  };
}

const statistics =
  ({ writePool }: Deps): RequestHandler =>
  async (_req, res) => {
    res.json(await readStatistics(writePool, onlySite(res)));
  };

const reissue =
  ({ writePool, clock }: Deps): RequestHandler =>
  async (req, res) => {
    const report = await reportOf(writePool, res, req.params.id);
    await recordAudit(writePool, res, 'report.reissue', report.id);
    const next = await reissueReport(writePool, report, clock());
    res.status(202).json({ id: next.id, site_id: next.siteId, revision: next.revision, status: 'pending' });
  };

const resendAgain =
  ({ writePool, clock }: Deps): RequestHandler =>
  async (req, res) => {
    const report = await reportOf(writePool, res, req.params.id);
    const { recipients } = checkBody(resendSchema, await readOptionalJson(req, res));
    await recordAudit(writePool, res, 'report.resend', report.id);
    const resend = await resendReport(writePool, report, recipients, clock());
    res.status(202).json({ id: report.id, status: 'pending', ...resend });
  };

export function reportsRoutes({ clock = () => new Date(), ...rest }: ReportsRouteDeps): Router {
  const deps = { clock, ...rest };
  const router = Router();
  router.get('/api/v1/reports', list(deps));
  router.get('/api/v1/reports/statistics', statistics(deps));
  router.get('/api/v1/reports/:id', show(deps));
  router.get('/api/v1/reports/:id/download', download(deps));
  router.post('/api/v1/reports/:id/resend', requireAdmin, resendAgain(deps));
  router.post('/api/v1/reports/:id/reissue', requireAdmin, reissue(deps));
  return router;
}
