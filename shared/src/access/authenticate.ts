import type { Request } from 'express';
import { ServiceError } from '../platform/errors.js';
import type { Pool } from '../platform/postgres.js';
import type { KeyRing } from './key-ring.js';
import type { Access } from './keys.js';
import { clientOf, type TrustedProxies } from './rate-limit.js';
import { isSameOrigin, type SessionCookie } from './session-cookie.js';
import { findSession } from './sessions.js';

/** The key of an `Authorization: Bearer` header. */
export const bearerKey = (header: string | undefined) => /^Bearer +(\S+)$/i.exec(header ?? '')?.[1];

export interface Sessions {
  pool: Pool;
  cookie: SessionCookie;
}

export interface AuthDeps {
  keys: KeyRing;
  isTrusted: TrustedProxies;
  /** Without sessions, only keys are accepted. */
  sessions?: Sessions | undefined;
}

export const isRead = ({ method }: Request): boolean => method === 'GET' || method === 'HEAD';

/**
 * Returns the access of a request, from the key in its header or else from its session; undefined if there is none. A request with
 * an `Authorization` header never uses the session, even if the header contains no key.
 * @throws ServiceError `forbidden` for a change from another origin with a session; whatever {@link KeyRing.find} throws.
 */
export async function authenticate(req: Request, { keys, isTrusted, sessions }: AuthDeps): Promise<Access | undefined> {
  if (req.headers.authorization !== undefined) {
    const key = bearerKey(req.headers.authorization);
    const client = clientOf(req.socket.remoteAddress, req.headers['x-forwarded-for'], isTrusted);
    return key === undefined ? undefined : keys.find(key, client);
  }
  const token = sessions?.cookie.read(req);
  const access = sessions && token !== undefined ? await findSession(sessions.pool, token) : undefined;
  if (access && !isRead(req) && !isSameOrigin(req)) {
    throw new ServiceError('forbidden', 'With a session, changes are only accepted from pages of this service.');
  }
  return access;
}
