/** Turns a request into who asks: by the key of its header, else by the session of a browser. */
import type { Request } from 'express';
import { ServiceError } from '../platform/errors.js';
import type { Pool } from '../platform/postgres.js';
import type { KeyRing } from './key-ring.js';
import type { Access } from './keys.js';
import { clientOf, type TrustedProxies } from './rate-limit.js';
import { isSameOrigin } from './same-origin.js';
import type { SessionCookie } from './session-cookie.js';
import { findSession } from './sessions.js';

/** The key of an `Authorization: Bearer` header; undefined where there is none. */
export const bearerKey = (header: string | undefined) => /^Bearer +(\S+)$/i.exec(header ?? '')?.[1];

/** Where sessions are kept, and the cookie that names one. */
export interface Sessions {
  pool: Pool;
  cookie: SessionCookie;
}

export interface AskerDeps {
  keys: KeyRing;
  isTrusted: TrustedProxies;
  /** Absent: keys only. */
  sessions?: Sessions | undefined;
}

export const isRead = ({ method }: Request): boolean => method === 'GET' || method === 'HEAD';

/**
 * Undefined: nobody. A header decides alone, also one that holds no key: its sender does not mean the session.
 * @throws ServiceError `forbidden` for a change that a foreign page wants of a browser with a session; what {@link KeyRing.find} throws.
 */
export async function findAsker(req: Request, { keys, isTrusted, sessions }: AskerDeps): Promise<Access | undefined> {
  if (req.headers.authorization !== undefined) {
    const key = bearerKey(req.headers.authorization);
    const client = clientOf(req.socket.remoteAddress, req.headers['x-forwarded-for'], isTrusted);
    return key === undefined ? undefined : keys.find(key, client);
  }
  const token = sessions?.cookie.read(req);
  const access = sessions && token !== undefined ? await findSession(sessions.pool, token) : undefined;
  if (access && !isRead(req) && !isSameOrigin(req)) {
    throw new ServiceError('forbidden', 'With a session, changes are taken from the pages of this service only.');
  }
  return access;
}
