/** Turns a request below `/admin` into who asks, or into the login page or a refusal. */
import { type AuthDeps, authenticate, bearerKey, isRead } from '@millrace/shared/access/authenticate';
import type { Access } from '@millrace/shared/access/keys';
import { allows, createCommand } from '@millrace/shared/access/require-scope';
import { createSessionCookie } from '@millrace/shared/access/session-cookie';
import { invalidKeyMessage, ServiceError } from '@millrace/shared/platform/errors';
import type { RequestHandler } from 'express';

export const adminCookie = createSessionCookie('millrace_session', '/admin');

/** Why the queues, which hold the work of all sites, are not for this key; undefined when they are. */
export function reasonAgainst(access: Access): string | undefined {
  if (!allows(access, 'admin')) return 'This key does not have the scope "admin".';
  if (access.siteId !== null) return 'This key is limited to one site; the queues need one of all sites.';
  return undefined;
}

/**
 * Lets pass admin keys of all sites, by `Authorization: Bearer` or by a session, and leaves who that is in `res.locals.access`.
 * A browser that wants a page is sent to the login; everything else gets 401 or 403.
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
    const reason = reasonAgainst(access);
    if (reason !== undefined) throw new ServiceError('forbidden', reason);
    res.locals.access = access;
    next();
  };
}
