/** `/api/v1/session`: lets a browser log in with a key, which it then need not store, and log out. */
import type { Sessions } from '@millrace/shared/access/authenticate';
import type { KeyRing } from '@millrace/shared/access/key-ring';
import type { Access } from '@millrace/shared/access/keys';
import { createLoginLimit } from '@millrace/shared/access/login-limit';
import { addressOf, rateLimited, type TrustedProxies } from '@millrace/shared/access/rate-limit';
import { recordAudit } from '@millrace/shared/access/record-audit';
import { allows, missingScope } from '@millrace/shared/access/require-scope';
import { createSessionCookie, isSameOrigin } from '@millrace/shared/access/session-cookie';
import { endSession, startSession } from '@millrace/shared/access/sessions';
import { invalidKeyMessage, ServiceError } from '@millrace/shared/platform/errors';
import type { Pool } from '@millrace/shared/platform/postgres';
import { type RequestHandler, Router } from 'express';
import Joi from 'joi';
import { accessOf } from '../access/request-access.js';
import { checkBody } from '../exports/check-body.js';
import { readJson } from '../http/read-json.js';

export interface SessionDependencies {
  writePool: Pool;
  /** Undefined: no keys are configured and no login is needed. */
  keys?: KeyRing;
  isTrustedProxy?: TrustedProxies;
  clock?: () => Date;
}

export const readingCookie = createSessionCookie('millrace_reading', '/');

/** Where reporting finds browser sessions. */
export const sessionsOf = ({ writePool }: Pick<SessionDependencies, 'writePool'>): Sessions => ({
  pool: writePool,
  cookie: readingCookie,
});

export const logInSchema = Joi.object<{ key: string }>({ key: Joi.string().max(200).required() });

/** Shows the caller's access. */
const describeSession = (access: Access | undefined) =>
  access === undefined
    ? { auth: 'open', scopes: ['read', 'admin'], site_id: null, name: null }
    : {
        auth: 'key',
        scopes: (['read', 'admin'] as const).filter((scope) => allows(access, scope)),
        site_id: access.siteId,
        name: access.name,
      };

const refuseForeignPages: RequestHandler = (req, _res, next) => {
  if (!isSameOrigin(req)) {
    throw new ServiceError(
      'forbidden',
      'Only pages of this service can log in and out. Programs send their key as `Authorization: Bearer <key>`.',
    );
  }
  next();
};

function logIn({ writePool, keys, isTrustedProxy = () => false, clock }: SessionDependencies): RequestHandler {
  const limit = createLoginLimit(() => (clock ?? (() => new Date()))().getTime());
  return async (req, res) => {
    const { key } = checkBody(logInSchema, await readJson(req, res));
    if (!keys) return void res.json(describeSession(undefined));
    const address = addressOf(req.socket.remoteAddress, req.headers['x-forwarded-for'], isTrustedProxy);
    const waitSeconds = limit.attempt(address);
    if (waitSeconds > 0) throw rateLimited('failed logins', waitSeconds);
    const access = await keys.find(key.trim());
    if (!access) throw new ServiceError('unauthorized', invalidKeyMessage);
    if (!allows(access, 'read')) throw missingScope('read');
    limit.forgive(address);
    await recordAudit(writePool, access, 'session.start', '/');
    readingCookie.set(req, res, await startSession(writePool, access.keyId));
    res.json(describeSession(access));
  };
}

function logOut({ writePool }: SessionDependencies): RequestHandler {
  return async (req, res) => {
    const token = readingCookie.read(req);
    if (token !== undefined) await endSession(writePool, token);
    readingCookie.clear(req, res);
    res.status(204).end();
  };
}

/** Public; to be mounted before keys are checked. */
export function logInRoutes(deps: SessionDependencies): Router {
  const router = Router();
  router.post('/api/v1/session', refuseForeignPages, logIn(deps));
  router.delete('/api/v1/session', refuseForeignPages, logOut(deps));
  return router;
}

/** To be mounted after keys are checked. */
export const showSession: RequestHandler = (_req, res) => void res.json(describeSession(accessOf(res)));
