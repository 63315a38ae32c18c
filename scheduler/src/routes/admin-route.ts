/** `/admin`: login, logout and Bull Board. */
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
 * Set by hand, as helmet would be a dependency for four lines. Bull Board's components set inline styles that cannot be hashed;
 * scripts, data and fonts come from this service. Page URLs contain names of queues and jobs, so they are not sent as referrers.
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
  // Not `no-referrer`: with it, browsers without Sec-Fetch-Site send only `Origin: null`.
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
