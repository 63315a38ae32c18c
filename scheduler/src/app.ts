import type { KeyRing } from '@millrace/shared/access/key-ring';
import { limitAddresses, limitKeys, parseProxies } from '@millrace/shared/access/rate-limit';
import { requireScope } from '@millrace/shared/access/require-scope';
import { openapiRoutes } from '@millrace/shared/openapi/openapi-routes';
import { ServiceError } from '@millrace/shared/platform/errors';
import { buildServiceApp, type ServiceApp } from '@millrace/shared/platform/http';
import type { Pool } from '@millrace/shared/platform/postgres';
import type { RetrySettings } from '@millrace/shared/queue/add-job';
import type { Express, RequestHandler } from 'express';
import type { Config } from './config.js';
import type { Queues } from './open-queues.js';
import { adminRoutes } from './routes/admin-route.js';
import { alertsRoutes } from './routes/alerts-route.js';
import { auditRoutes } from './routes/audit-route.js';
import { deadLettersRoutes } from './routes/dead-letters-route.js';
import { flowsRoutes } from './routes/flows-route.js';
import { jobTemplatesRoutes } from './routes/job-templates-route.js';
import { queuesRoutes } from './routes/queues-route.js';
import { schedulesRoutes } from './routes/schedules-route.js';
import type { Scheduler } from './schedules/scheduler.js';

export interface SchedulerApp extends ServiceApp {
  pool: Pool;
  queues: Queues;
  keys: KeyRing;
  scheduler: Scheduler;
  config: Config;
  retry?: RetrySettings;
  clock?: () => Date;
}

/** What every error response has in addition to `error`. */
export const refusalEnvelope = { success: false };

/** NUL is in no valid name, and neither the database nor the queue accepts it. */
const refuseNul: RequestHandler = (req, _res, next) => {
  if (req.path.includes('%00')) throw new ServiceError('not_found');
  next();
};

/** Most processes never serve it. */
const loadDocument = async () => (await import('./openapi/describe-api.js')).describeApi();

export function buildApp(deps: SchedulerApp): Express {
  const about = { service: 'scheduler', docs: '/docs' };
  return buildServiceApp({ about, ...deps, refusalEnvelope }, (app) => {
    app.use(refuseNul);
    // Public, like health and metrics.
    app.use(openapiRoutes('Millrace scheduler', loadDocument));
    const isTrusted = parseProxies(deps.config.TRUST_PROXY);
    app.use(['/api', '/admin'], limitAddresses(deps.config.RATE_LIMIT_REQUESTS, isTrusted));
    app.use('/api/v1', requireScope(deps.keys, 'admin', isTrusted), limitKeys(deps.config.RATE_LIMIT_REQUESTS));
    app.use(queuesRoutes(deps));
    app.use(schedulesRoutes(deps));
    app.use(jobTemplatesRoutes(deps));
    app.use(flowsRoutes(deps));
    app.use(deadLettersRoutes(deps));
    app.use(auditRoutes(deps));
    app.use(alertsRoutes(deps));
    app.use(adminRoutes({ ...deps, isTrustedProxy: isTrusted }));
  });
}
