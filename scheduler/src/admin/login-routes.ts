/** Turns a key typed into the login page into a session, and a session into none. */
import type { KeyRing } from '@millrace/shared/access/key-ring';
import type { Access } from '@millrace/shared/access/keys';
import { createLoginLimit } from '@millrace/shared/access/login-limit';
import { recordAudit } from '@millrace/shared/access/record-audit';
import { isSameOrigin } from '@millrace/shared/access/session-cookie';
import { endSession, startSession } from '@millrace/shared/access/sessions';
import { ServiceError } from '@millrace/shared/platform/errors';
import type { Pool } from '@millrace/shared/platform/postgres';
import express, { type Request, type RequestHandler, type Response, Router } from 'express';
import { loginPage, loginPagePolicy, logoutPage } from './login-page.js';
import { adminCookie, reasonAgainst } from './require-admin.js';

export interface LoginDeps {
  pool: Pool;
  keys: KeyRing;
  clock?: () => Date;
}

const parseForm = express.urlencoded({ extended: false, limit: '4kb' });

/** The key of the form; empty for a body that is no such form. */
async function readKey(req: Request, res: Response): Promise<string> {
  const error = await new Promise((resolve) => parseForm(req, res, resolve));
  const key: unknown = error ? undefined : req.body?.key;
  return typeof key === 'string' ? key.trim() : '';
}

const sendPage = (res: Response, status: number, page: string) =>
  void res.status(status).set('content-security-policy', loginPagePolicy).type('html').send(page);

const refuseForeignPages: RequestHandler = (req, _res, next) => {
  if (!isSameOrigin(req))
    throw new ServiceError('forbidden', 'This form is taken from the pages of this service only.');
  next();
};

function checkAccess(access: Access | undefined): { access: Access } | { status: number; problem: string } {
  if (!access) return { status: 401, problem: 'There is no such key, or it was revoked or has expired.' };
  const problem = reasonAgainst(access);
  return problem === undefined ? { access } : { status: 403, problem };
}

export function loginRoutes({ pool, keys, clock = () => new Date() }: LoginDeps): Router {
  const limit = createLoginLimit(() => clock().getTime());

  const logIn: RequestHandler = async (req, res) => {
    const address = req.ip ?? '';
    const waitSeconds = limit.attempt(address);
    if (waitSeconds > 0) {
      res.set('retry-after', String(waitSeconds));
      return sendPage(res, 429, loginPage(`Too many attempts failed. Try again in ${waitSeconds} seconds.`));
    }
    const checked = checkAccess(await keys.find(await readKey(req, res)));
    if (!('access' in checked)) return sendPage(res, checked.status, loginPage(checked.problem));
    limit.forgive(address);
    await recordAudit(pool, checked.access, 'session.start', '/admin');
    adminCookie.set(req, res, await startSession(pool, checked.access.keyId));
    res.redirect(303, '/admin/queues');
  };

  const logOut: RequestHandler = async (req, res) => {
    const token = adminCookie.read(req);
    if (token !== undefined) await endSession(pool, token);
    adminCookie.clear(req, res);
    res.redirect(303, '/admin/login');
  };

  const router = Router();
  router.get('/admin/login', (_req, res) => sendPage(res, 200, loginPage()));
  router.post('/admin/login', refuseForeignPages, logIn);
  router.get('/admin/logout', (_req, res) => sendPage(res, 200, logoutPage));
  router.post('/admin/logout', refuseForeignPages, logOut);
  return router;
}
