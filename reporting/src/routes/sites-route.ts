import { checkSite } from '@millrace/shared/access/require-scope';
import { ServiceError } from '@millrace/shared/platform/errors';
import type { Pool } from '@millrace/shared/platform/postgres';
import { type ErrorRequestHandler, type RequestHandler, type Response, Router } from 'express';
import { accessOf, onlySite } from '../access/request-access.js';
import { readJson, readOptionalJson } from '../http/read-json.js';
import { admitRead, type ReadDeps } from '../reading/admit-read.js';
import { budgetOf } from '../reading/read-budget.js';
import { isGuest, siteForGuest } from '../share-links/guest.js';
import type { SiteChange } from '../sites/change-site.js';
import { parseNewSite, parseNewSiteId, parsePage, parseSiteChange, parseSiteId } from '../sites/parse-site-request.js';
import { patchSite, putSite, requestErasure } from '../sites/put-site.js';
import { countSites, readSite, readSites, withEvents } from '../sites/read-sites.js';

export interface SitesDependencies extends ReadDeps {
  /** The primary; `pool` may be a replica that lags. */
  writePool: Pool;
}

/** A site is created when its first events are stored, shortly after they were accepted. */
const notYetKnownSite = () =>
  new ServiceError(
    'not_found',
    'There is no site with this id. A site appears shortly after its first events are accepted; PUT creates it at once.',
  );

const unknownSite = () => new ServiceError('not_found', 'There is no site with this id.');

function listSites(deps: SitesDependencies): RequestHandler {
  return async (req, res) => {
    const page = parsePage(req.query);
    const answer = await admitRead(deps, budgetOf(res), async (client, reads) => ({
      sites: await readSites(client, page, onlySite(res), reads),
      total: await countSites(client, onlySite(res)),
    }));
    res.json({ ...answer, pagination: page });
  };
}

function showSite(deps: SitesDependencies): RequestHandler {
  return async (req, res) => {
    const siteId = parseSiteId(req.params.site_id);
    checkSite(res, siteId);
    const site = await admitRead(deps, budgetOf(res), (client, reads) => readSite(client, siteId, reads));
    if (!site) throw unknownSite();
    res.json(isGuest(res) ? siteForGuest(res, site) : site);
  };
}

/** Priorities order the jobs of all sites, so a key that is limited to one site must not set them. */
function checkPriority(res: Response, { job_priority }: SiteChange): void {
  const siteId = onlySite(res);
  if (siteId === null || job_priority === undefined) return;
  throw new ServiceError(
    'forbidden',
    `This key is limited to site "${siteId}". Setting job_priority requires a key for all sites.`,
  );
}

function patchSiteRoute(deps: SitesDependencies): RequestHandler {
  return async (req, res) => {
    const siteId = parseSiteId(req.params.site_id);
    checkSite(res, siteId);
    const change = parseSiteChange(await readJson(req, res));
    checkPriority(res, change);
    const names = await patchSite(deps.writePool, siteId, change);
    if (!names) throw notYetKnownSite();
    res.json(await admitRead(deps, budgetOf(res), (client, reads) => withEvents(client, names, reads)));
  };
}

function putSiteRoute(deps: SitesDependencies): RequestHandler {
  return async (req, res) => {
    const siteId = parseNewSiteId(req.params.site_id);
    checkSite(res, siteId);
    const change = parseNewSite(await readOptionalJson(req, res));
    checkPriority(res, change);
    const names = await putSite(deps.writePool, siteId, change);
    res.json(await admitRead(deps, budgetOf(res), (client, reads) => withEvents(client, names, reads)));
  };
}

/** Answers at once: erasing a large site takes minutes, and only the processor writes events. */
function deleteSite({ writePool }: SitesDependencies): RequestHandler {
  return async (req, res) => {
    const siteId = parseSiteId(req.params.site_id);
    checkSite(res, siteId);
    if (!(await requestErasure(writePool, siteId, accessOf(res)))) throw unknownSite();
    res.status(202).json({ site_id: siteId, status: 'erasing' });
  };
}

/** A path such as `/api/v1/sites/%` cannot be decoded. */
const answerUndecodable: ErrorRequestHandler = (error, _req, _res, next) =>
  next(error instanceof URIError ? unknownSite() : error);

export function sitesRoutes(deps: SitesDependencies): Router {
  const router = Router();
  router.get('/api/v1/sites', listSites(deps));
  router.get('/api/v1/sites/:site_id', showSite(deps));
  router.patch('/api/v1/sites/:site_id', patchSiteRoute(deps));
  router.put('/api/v1/sites/:site_id', putSiteRoute(deps));
  router.delete('/api/v1/sites/:site_id', deleteSite(deps));
  router.use(answerUndecodable);
  return router;
}
