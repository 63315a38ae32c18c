/** Turns `/admin` into the pages for people: log in with a key, look after the queues in Bull Board, log out. */
import type { KeyRing } from '@millrace/shared/access/key-ring';
import type { TrustedProxies } from '@millrace/shared/access/rate-limit';
import type { Logger } from '@millrace/shared/platform/logger';
import type { Pool } from '@millrace/shared/platform/postgres';
import type { RetrySettings } from '@millrace/shared/queue/add-job';
import { type RequestHandler, Router } from 'express';
import { createBoard } from '../admin/board.js';
import { answerBoardError } from '../admin/board-errors.js';
import { loginRoutes } from '../admin/login-routes.js';
import { adminCookie, requireAdmin } from '../admin/require-admin.js';
import type { Queues } from '../open-queues.js';

export interface AdminDeps {
  pool: Pool;
  queues: Queues;
  keys: KeyRing;
  logger: Logger;
  retry?: RetrySettings;
  clock?: () => Date;
  isTrustedProxy?: TrustedProxies;
}

/**
 * Written out, as helmet would be a dependency for four lines. Bull Board's components set styles from scripts, which no hash
 * can foresee; scripts, data and fonts come from here. Addresses of its pages, which name queues and jobs, are told to nobody.
 */
const headers = {
  'content-security-policy': [
    "default-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "object-src 'none'",
    "base-uri 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; '),
  'cross-origin-resource-policy': 'same-origin',
  // Not `no-referrer`, with which browsers send `Origin: null` where no Sec-Fetch-Site is sent either.
  'referrer-policy': 'same-origin',
  'x-frame-options': 'DENY',
};

const setHeaders: RequestHandler = (_req, res, next) => {
  res.set(headers);
  next();
};

export function adminRoutes(deps: AdminDeps): Router {
  const { keys, pool, isTrustedProxy: isTrusted = () => false } = deps;
  const router = Router();
  router.use('/admin', setHeaders);
  router.use(loginRoutes(deps));
  router.use('/admin', requireAdmin({ keys, isTrusted, sessions: { pool, cookie: adminCookie } }));
  router.get('/admin', (_req, res) => res.redirect(303, '/admin/queues'));
  router.use('/admin/queues', createBoard(deps));
  router.use('/admin/queues/api', answerBoardError);
  return router;
}
