import type { Request, RequestHandler, Response } from 'express';
import { errorCatalogue, invalidKeyMessage, ServiceError } from '../platform/errors.js';
import { authenticate, bearerKey, type Sessions } from './authenticate.js';
import type { KeyRing } from './key-ring.js';
import type { Access, Scope } from './keys.js';
import type { TrustedProxies } from './rate-limit.js';

/** True when `access` allows `scope`; admin allows everything. */
export const allows = ({ scopes }: Access, scope: Scope) => scopes.includes(scope) || scopes.includes('admin');

/** A command that creates a key with `scope`, for messages. */
export const createCommand = (scope: Scope) => `npm run keys -- create --name NAME --scope ${scope}`;

export const keyNeeded = (scope: Scope) =>
  `${errorCatalogue.unauthorized.message} \`${createCommand(scope)}\` creates one.`;

export const missingScope = (scope: Scope) =>
  new ServiceError('forbidden', `This key does not have the scope "${scope}".`);

/** The access that {@link requireScope} stored. */
export const accessOf = (res: Response) => res.locals.access as Access;

/**
 * Requires a key with the given scope, and stores its access in `res.locals.access`; otherwise responds with 401 `unauthorized` or
 * 403 `forbidden`. Keys are only accepted in the header, because URLs end up in logs. With `sessions`, a browser's session counts
 * as the key that it was started with.
 */
export function requireScope(
  keys: KeyRing,
  needed: Scope | ((req: Request) => Scope),
  isTrusted: TrustedProxies = () => false,
  sessions?: Sessions,
): RequestHandler {
  return async (req, res, next) => {
    const scope = typeof needed === 'string' ? needed : needed(req);
    const access = await authenticate(req, { keys, isTrusted, sessions });
    if (!access) {
      res.set('www-authenticate', 'Bearer');
      const message = bearerKey(req.headers.authorization) === undefined ? keyNeeded(scope) : invalidKeyMessage;
      throw new ServiceError('unauthorized', message);
    }
    if (!allows(access, scope)) throw missingScope(scope);
    res.locals.access = access;
    next();
  };
}

const otherSite = (bound: string) => new ServiceError('forbidden', `This key is limited to site "${bound}".`);

/** Refuses keys that are limited to one site. */
export const requireAllSites: RequestHandler = (_req, res, next) => {
  const { siteId } = accessOf(res);
  if (siteId !== null) throw otherSite(siteId);
  next();
};

/** The same, but allows requests without a key, if the service requires none. */
export const forOperators: RequestHandler = (req, res, next) =>
  res.locals.access === undefined ? next() : requireAllSites(req, res, next);

/** @throws ServiceError `forbidden` if the request's key is limited to another site. Requests without a key may read all sites. */
export function checkSite(res: Response, siteId: string): void {
  const bound = (res.locals.access as Access | undefined)?.siteId ?? null;
  if (bound !== null && bound !== siteId) throw otherSite(bound);
}
