import { type AuthDeps, authenticate, bearerKey, isRead } from '@millrace/shared/access/authenticate';
import type { Access } from '@millrace/shared/access/keys';
import { allows, createCommand } from '@millrace/shared/access/require-scope';
import { createSessionCookie } from '@millrace/shared/access/session-cookie';
import { invalidKeyMessage, ServiceError } from '@millrace/shared/platform/errors';
import type { RequestHandler } from 'express';

export const adminCookie = createSessionCookie('millrace_session', '/admin');

/** Why this key may not manage the queues, which contain the jobs of all sites; undefined if it may. */
export function refusalReason(access: Access): string | undefined {
  if (!allows(access, 'admin')) return 'This key does not have the scope "admin".';
  if (access.siteId !== null) return 'This key is limited to one site; the queues require a key for all sites.';
  return undefined;
}

/**
 * Requires an admin key for all sites, from `Authorization: Bearer` or a session, and sets `res.locals.access`. Redirects browsers
 * that request a page to the login; other requests get 401 or 403.
 */
export function requireAdmin(deps: AuthDeps): RequestHandler {
  return async (req, res, next) => {
    const access = await authenticate(req, deps);
    if (!access) {
      const wantsPage = isRead(req) && req.headers.authorization === undefined && !req.path.includes('/api/');
      if (wantsPage) return res.redirect(303, '/admin/login');
      res.set('www-authenticate', 'Bearer');
      const howTo = `Log in at /admin/login, or send an admin key as \`Authorization: Bearer <key>\`. \`${createCommand('admin')}\` creates one.`;
      throw new ServiceError(
        'unauthorized',
        bearerKey(req.headers.authorization) === undefined ? howTo : invalidKeyMessage,
      );
    }
    const reason = refusalReason(access);
    if (reason !== undefined) throw new ServiceError('forbidden', reason);
    res.locals.access = access;
    next();
  };
}
