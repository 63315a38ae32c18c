/** Turns a request below `/admin` into who asks, or into the login page or a refusal. */
import type { KeyRing } from '@millrace/shared/access/key-ring';
import type { Access } from '@millrace/shared/access/keys';
import { clientOf, type TrustedProxies } from '@millrace/shared/access/rate-limit';
import { allows, bearerKey, createCommand } from '@millrace/shared/access/require-scope';
import { ServiceError, wrongKey } from '@millrace/shared/errors';
import type { Pool } from '@millrace/shared/postgres';
import type { Request, RequestHandler } from 'express';
import { isSameOrigin } from './same-origin.js';
import { readSessionCookie } from './session-cookie.js';
import { findSession } from './sessions.js';

/** Why the queues, which hold the work of all sites, are not for this key; undefined when they are. */
export function reasonAgainst(access: Access): string | undefined {
  if (!allows(access, 'admin')) return 'This key does not have the scope "admin".';
  if (access.siteId !== null) return 'This key is limited to one site; the queues need one of all sites.';
  return undefined;
}

const isRead = ({ method }: Request) => method === 'GET' || method === 'HEAD';

/** Undefined: nobody. @throws ServiceError for a change that a foreign page wants of a browser with a session. */
async function findAccess(
  req: Request,
  keys: KeyRing,
  pool: Pool,
  isTrusted: TrustedProxies,
): Promise<Access | undefined> {
  if (req.headers.authorization !== undefined) {
    const key = bearerKey(req.headers.authorization);
    const client = clientOf(req.socket.remoteAddress, req.headers['x-forwarded-for'], isTrusted);
    return key === undefined ? undefined : keys.find(key, client);
  }
  const token = readSessionCookie(req);
  const access = token === undefined ? undefined : await findSession(pool, token);
  if (access && !isRead(req) && !isSameOrigin(req)) {
    throw new ServiceError('forbidden', 'With a session, changes are taken from the pages of this service only.');
  }
  return access;
}

/**
 * Lets pass admin keys of all sites, by `Authorization: Bearer` or by a session, and leaves who that is in `res.locals.access`.
 * A browser that wants a page is sent to the login; everything else gets 401 or 403.
 */
export function requireAdmin(keys: KeyRing, pool: Pool, isTrusted: TrustedProxies = () => false): RequestHandler {
  return async (req, res, next) => {
    const access = await findAccess(req, keys, pool, isTrusted);
    if (!access) {
      const wantsPage = isRead(req) && req.headers.authorization === undefined && !req.path.includes('/api/');
      if (wantsPage) return res.redirect(303, '/admin/login');
      res.set('www-authenticate', 'Bearer');
      const howTo = `Log in at /admin/login, or send an admin key as \`Authorization: Bearer <key>\`. \`${createCommand('admin')}\` makes one.`;
      throw new ServiceError('unauthorized', bearerKey(req.headers.authorization) === undefined ? howTo : wrongKey);
    }
    const reason = reasonAgainst(access);
    if (reason !== undefined) throw new ServiceError('forbidden', reason);
    res.locals.access = access;
    next();
  };
}
