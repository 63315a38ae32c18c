/** Turns the key of a request into who asks, or into a refusal. */
import type { Request, RequestHandler, Response } from 'express';
import { errorCatalogue, invalidKeyMessage, ServiceError } from '../platform/errors.js';
import { bearerKey, findAsker, type Sessions } from './find-asker.js';
import type { KeyRing } from './key-ring.js';
import type { Access, Scope } from './keys.js';
import type { TrustedProxies } from './rate-limit.js';

/** True when `access` allows `scope`; admin allows everything. */
export const allows = ({ scopes }: Access, scope: Scope) => scopes.includes(scope) || scopes.includes('admin');

/** The command that makes a key with `scope`, to be pasted. */
export const createCommand = (scope: Scope) => `npm run keys -- create --name NAME --scope ${scope}`;

/** What the sender is told who has no key, where one with `scope` is needed. */
export const keyNeeded = (scope: Scope) =>
  `${errorCatalogue.unauthorized.message} \`${createCommand(scope)}\` makes one.`;

/** The refusal of a key that does not allow `scope`. */
export const lacks = (scope: Scope) => new ServiceError('forbidden', `This key does not have the scope "${scope}".`);

/** Who asks, where {@link requireScope} let them pass. */
export const accessOf = (res: Response) => res.locals.access as Access;

/**
 * Lets pass who has a key with the scope that the request needs, and leaves who that is in `res.locals.access`; else 401 `unauthorized` or 403
 * `forbidden`. Keys are taken from the header only: addresses end up in logs. Where there are `sessions`, a browser's stands in for the key
 * that it was started with.
 */
export function requireScope(
  keys: KeyRing,
  needed: Scope | ((req: Request) => Scope),
  isTrusted: TrustedProxies = () => false,
  sessions?: Sessions,
): RequestHandler {
  return async (req, res, next) => {
    const scope = typeof needed === 'string' ? needed : needed(req);
    const access = await findAsker(req, { keys, isTrusted, sessions });
    if (!access) {
      res.set('www-authenticate', 'Bearer');
      const message = bearerKey(req.headers.authorization) === undefined ? keyNeeded(scope) : invalidKeyMessage;
      throw new ServiceError('unauthorized', message);
    }
    if (!allows(access, scope)) throw lacks(scope);
    res.locals.access = access;
    next();
  };
}

const otherSite = (bound: string) => new ServiceError('forbidden', `This key is limited to site "${bound}".`);

/** Lets pass keys of all sites. */
export const requireAllSites: RequestHandler = (_req, res, next) => {
  const { siteId } = accessOf(res);
  if (siteId !== null) throw otherSite(siteId);
  next();
};

/** The same where there may be no keys: then everybody is let pass. */
export const forOperators: RequestHandler = (req, res, next) =>
  res.locals.access === undefined ? next() : requireAllSites(req, res, next);

/** Lets a request ask for a site, unless its key is limited to another one. Without keys, every request may. */
export function checkSite(res: Response, siteId: string): void {
  const bound = (res.locals.access as Access | undefined)?.siteId ?? null;
  if (bound !== null && bound !== siteId) throw otherSite(bound);
}
