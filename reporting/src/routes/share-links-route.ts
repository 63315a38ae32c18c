/** `/api/v1/sites/:site_id/share-links`: the shared links of a site, for administrators. */
import { randomUUID } from 'node:crypto';
import { checkSite } from '@millrace/shared/access/require-scope';
import { uuidPattern } from '@millrace/shared/contract/ids';
import { ServiceError } from '@millrace/shared/platform/errors';
import type { Pool } from '@millrace/shared/platform/postgres';
import { type RequestHandler, Router } from 'express';
import { readJson } from '../http/read-json.js';
import { checkPatterns, patternsOf } from '../query-request/check-patterns.js';
import { budgetOf } from '../reading/read-budget.js';
import { recordAudit, requireAdmin } from '../reports/report-access.js';
import {
  countOpenLinks,
  hasShareLink,
  insertShareLink,
  listShareLinks,
  maxOpenLinks,
  type NewShareLink,
  revokeShareLink,
} from '../share-links/link-rows.js';
import { parseShareLink } from '../share-links/parse-share-link.js';
import type { Passwords } from '../share-links/passwords.js';
import { createSlug, describeShareLink } from '../share-links/share-link.js';
import { checkKnownSite, unknownSite } from '../sites/check-known-site.js';
import { parseSiteId } from '../sites/parse-site-request.js';

export interface ShareLinksDependencies {
  pool: Pool;
  writePool: Pool;
  passwords: Passwords;
  /** Public URL of this service. */
  publicUrl?: string | undefined;
  clock?: () => Date;
}

/** Refuses callers who may not access the site, without revealing whether it exists. */
const checkSiteAccess: RequestHandler<{ site_id: string }> = (req, res, next) => {
  const siteId = parseSiteId(req.params.site_id);
  checkSite(res, siteId);
  next();
};

function listRoute({ writePool, publicUrl, clock = () => new Date() }: ShareLinksDependencies) {
  const route: RequestHandler<{ site_id: string }> = async (req, res) => {
    const { site_id: siteId } = req.params;
    await checkKnownSite(writePool, siteId);
    const links = await listShareLinks(writePool, siteId, clock());
    res.json({ share_links: links.map((link) => describeShareLink(link, publicUrl)) });
  };
  return route;
}

async function refuseTooMany(writePool: Pool, siteId: string, now: Date): Promise<void> {
  if ((await countOpenLinks(writePool, siteId, now)) < maxOpenLinks) return;
  throw new ServiceError('conflict', `This site already has ${maxOpenLinks} shared links. Revoke some of them first.`);
}

function createRoute(deps: ShareLinksDependencies) {
  const { pool, writePool, passwords, publicUrl, clock = () => new Date() } = deps;
  const route: RequestHandler<{ site_id: string }> = async (req, res) => {
    const { site_id: siteId } = req.params;
    const now = clock();
    const params = parseShareLink(await readJson(req as never, res), now);
    await checkKnownSite(writePool, siteId);
    await checkPatterns(pool, patternsOf(params.filter), { signal: budgetOf(res).signal });
    await refuseTooMany(writePool, siteId, now);
    const link: NewShareLink = {
      ...{ siteId, id: randomUUID(), slug: createSlug(), createdAt: now },
      ...{ name: params.name, filters: params.filters, expiresAt: params.expiresAt },
      passwordHash: params.password === undefined ? null : await passwords.hash(params.password),
    };
    await recordAudit(writePool, res, 'share-link.create', `${siteId}/${link.id}`);
    if (!(await insertShareLink(writePool, link))) throw unknownSite(siteId);
    res.status(201).json(describeShareLink({ ...link, revokedAt: null }, publicUrl));
  };
  return route;
}

function revokeRoute({ writePool, clock = () => new Date() }: ShareLinksDependencies) {
  const route: RequestHandler<{ site_id: string; id: string }> = async (req, res) => {
    const { site_id: siteId, id } = req.params;
    if (!uuidPattern.test(id) || !(await hasShareLink(writePool, siteId, id))) throw noSuchLink();
    await recordAudit(writePool, res, 'share-link.revoke', `${siteId}/${id}`);
    await revokeShareLink(writePool, siteId, id, clock());
    res.status(204).end();
  };
  return route;
}

const noSuchLink = () => new ServiceError('not_found', 'This site has no such shared link.');

export function shareLinksRoutes(deps: ShareLinksDependencies): Router {
  const router = Router();
  router.get('/api/v1/sites/:site_id/share-links', requireAdmin, checkSiteAccess, listRoute(deps));
  router.post('/api/v1/sites/:site_id/share-links', requireAdmin, checkSiteAccess, createRoute(deps));
  router.delete('/api/v1/sites/:site_id/share-links/:id', requireAdmin, checkSiteAccess, revokeRoute(deps));
  return router;
}
