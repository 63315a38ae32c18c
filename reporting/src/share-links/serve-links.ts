/** Serves `/share/:slug/api/v1/…`: the routes that a dashboard needs, for visitors of a shared link. */
import { limitKeys } from '@millrace/shared/access/rate-limit';
import { ServiceError } from '@millrace/shared/platform/errors';
import { sendWrongMethod } from '@millrace/shared/platform/http';
import { type Request, type RequestHandler, Router } from 'express';
import type { AccessWatch } from '../access/access-watch.js';
import { checkBody } from '../exports/check-body.js';
import { readJson } from '../http/read-json.js';
import { admitGuest } from './guest.js';
import type { LinkAccess } from './link-access.js';
import { passwordBody } from './parse-share-link.js';
import type { PasswordCookie } from './password-cookie.js';
import type { ShareLink } from './share-link.js';
import { matchShared } from './shared-routes.js';

export interface ServeLinksDependencies {
  links: LinkAccess;
  cookie: PasswordCookie;
  /** Per link; 0: unlimited. */
  requestsPerMinute: number;
  accessWatch: AccessWatch;
}

/** Case-insensitive, so that no variant of the path falls through to other routes. */
const belowLink = /^\/share\/([^/]*)\/api(?:\/.*)?$/i;
const prefixOf = (slug: string) => `/share/${slug}/api/v1`;

const describeGuest = ({ siteId, name, filters }: ShareLink) => ({
  ...{ auth: 'share', scopes: ['read'], site_id: siteId, name, filters },
});

/** Routes the request to the same path below `/api/v1`, which checks access by `res.locals.access`. */
function rewrite(req: Request, path: string): void {
  const query = req.url.indexOf('?');
  req.url = query === -1 ? path : path + req.url.slice(query);
}

function serveShared({ links, requestsPerMinute, accessWatch }: ServeLinksDependencies): RequestHandler {
  const limit = limitKeys(requestsPerMinute);
  return async (req, res, next) => {
    const slug = belowLink.exec(req.path)?.[1];
    if (slug === undefined) return next();
    // With a scheme and host in the URL, routers would strip the new path at the length of the old one.
    if (!req.url.startsWith('/')) throw new ServiceError('not_found');
    const prefix = prefixOf(slug);
    const target = req.path.startsWith(prefix) ? matchShared(req.path.slice(prefix.length)) : undefined;
    if (!target) throw new ServiceError('not_found');
    if (!target.methods.includes(req.method)) return sendWrongMethod(res, target.methods);
    const link = await links.find(slug);
    await links.checkUnlocked(req, link);
    if (target.siteId !== undefined && target.siteId !== link.siteId) throw new ServiceError('not_found');
    admitGuest(res, link);
    accessWatch.watch(res, `link ${slug}`, () => isOpen(links, slug));
    rewrite(req, target.path);
    return limit(req, res, next);
  };
}

const isOpen = (links: LinkAccess, slug: string): Promise<boolean> =>
  links.find(slug).then(
    () => true,
    (error: unknown) => !(error instanceof ServiceError && error.code === 'not_found'),
  );

/** To be mounted before keys are checked: every request that passes is a guest's. */
export function serveLinks(deps: ServeLinksDependencies): Router {
  const { links, cookie } = deps;
  const router = Router({ caseSensitive: true, strict: true });
  router.get('/share/:slug/api/v1/session', async (req, res) => {
    const link = await links.find(req.params.slug);
    await links.checkUnlocked(req, link);
    res.json(describeGuest(link));
  });
  router.post('/share/:slug/api/v1/session', async (req, res) => {
    const { password } = checkBody(passwordBody, await readJson(req, res));
    const link = await links.find(req.params.slug);
    await links.checkPassword(req, link, password);
    if (link.passwordHash !== null) await cookie.set(req, res, link);
    res.json(describeGuest(link));
  });
  router.use(serveShared(deps));
  return router;
}
