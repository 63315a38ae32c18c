import { authenticate } from '@millrace/shared/access/authenticate';
import type { KeyRing } from '@millrace/shared/access/key-ring';
import { limitAddresses, limitKeys, type TrustedProxies } from '@millrace/shared/access/rate-limit';
import { forOperators, requireScope } from '@millrace/shared/access/require-scope';
import { openapiRoutes } from '@millrace/shared/openapi/openapi-routes';
import { buildServiceApp, type ServiceApp } from '@millrace/shared/platform/http';
import type { Pool } from '@millrace/shared/platform/postgres';
import { type Express, type Request, type RequestHandler, Router } from 'express';
import { type AccessWatch, createAccessWatch } from './access/access-watch.js';
import { dashboardPages, type Pages, pageSettingsRoute } from './dashboard/dashboard-pages.js';
import { signedDownloadRoute } from './exports/download-route.js';
import { type StreamDependencies, streamExportRoute } from './exports/stream-export-route.js';
import { addAsOf } from './http/add-as-of.js';
import { createLive, type Live } from './live/live.js';
import { isServerResponsive } from './reading/cancel-query.js';
import type { Gate } from './reading/gate.js';
import { startBudgets } from './reading/read-budget.js';
import { accountingRoute } from './routes/accounting-route.js';
import { annotationsRoutes } from './routes/annotations-route.js';
import { batchRoute } from './routes/batch-route.js';
import { type Caching, cacheRoutes, isCachePath } from './routes/cache-routes.js';
import { datasetsRoutes } from './routes/datasets-route.js';
import { definitionsRoute } from './routes/definitions-route.js';
import { type ExportsDependencies, exportsRoutes } from './routes/exports-route.js';
import { funnelRoute } from './routes/funnel-route.js';
import { goalsRoutes } from './routes/goals-route.js';
import { journeysRoute } from './routes/journeys-route.js';
import { liveRoute, type OperatorDependencies, operatorRoute } from './routes/live-routes.js';
import { overviewRoute } from './routes/overview-route.js';
import { queryRoute } from './routes/query-route.js';
import { reportTemplatesRoutes } from './routes/report-templates-route.js';
import { reportsRoutes, signedReportRoute } from './routes/reports-route.js';
import { retentionRoute } from './routes/retention-route.js';
import { returnsRoute } from './routes/returns-route.js';
import { savedViewsRoutes } from './routes/saved-views-route.js';
import { logInRoutes, readingCookie, sessionsOf, showSession } from './routes/session-route.js';
import { shareLinksRoutes } from './routes/share-links-route.js';
import { sitesRoutes } from './routes/sites-route.js';
import { statsRoute } from './routes/stats-route.js';
import { unsubscribeRoutes } from './routes/unsubscribe-route.js';
import type { SegmentEngine } from './segments/segment-engine.js';
import { isGuest } from './share-links/guest.js';
import { openSharing, type SharingSettings } from './share-links/open-sharing.js';

export interface ReportingApp extends ServiceApp {
  /** For reads; may be a replica. */
  pool: Pool;
  /** `pool` is a separate database. When it is a standby, answers say as of when they are. */
  mayBeStandby?: boolean;
  /** The primary, for the few writes of this service. */
  writePool: Pool;
  gate: Gate;
  /** Without it, Postgres counts everything. */
  engine?: SegmentEngine | undefined;
  exports: Omit<ExportsDependencies, 'writePool' | 'logger' | 'clock'> &
    Pick<StreamDependencies, 'streams' | 'stallTimeoutMs'>;
  /** Webhooks of report templates may use private networks and any port. */
  allowPrivate?: boolean;
  sharing?: SharingSettings;
  /** Without it, every answer is computed. */
  caching?: Caching | undefined;
  /** Without it, one with the default limits, which is never closed. */
  live?: Live;
  /** Without it, there are no queues to watch. */
  openOperatorQueues?: OperatorDependencies['openOperatorQueues'];
  clock?: () => Date;
  pages?: Pages;
  /** Without it, anyone who can reach the port has full access. */
  keys?: KeyRing;
  requestsPerMinute?: number;
  /** How often the access of long-running responses is checked again. */
  checkAccessMs?: number;
  isTrustedProxy?: TrustedProxies;
}

/** The document is large, and most processes never serve it. */
const loadDocument = async () => (await import('./openapi/describe-api.js')).describeApi();

const isForOperators = (path: string): boolean => /^\/api\/v1\/(accounting|operator)(\/|$)/i.test(path);

/** What is changed here affects everyone, so it needs an admin key. Exports only need read access. */
function neededScope({ method, path }: Request) {
  if (isCachePath(path) || isForOperators(path)) return 'admin';
  return ['PATCH', 'PUT', 'DELETE'].includes(method) && !path.startsWith('/api/v1/exports/') ? 'admin' : 'read';
}

/** Authenticates every request except those that a shared link has admitted already. */
function authenticateRequests(deps: ReportingApp, keys: KeyRing, accessWatch: AccessWatch): RequestHandler {
  const { requestsPerMinute = 0, isTrustedProxy: isTrusted = () => false } = deps;
  const sessions = sessionsOf(deps);
  const watch: RequestHandler = (req, res, next) => {
    const asker = `asker ${req.headers.authorization ?? readingCookie.read(req)}`;
    accessWatch.watch(res, asker, async () => Boolean(await authenticate(req, { keys, isTrusted, sessions })));
    next();
  };
  const router = Router();
  router.use(requireScope(keys, neededScope, isTrusted, sessions), limitKeys(requestsPerMinute), watch);
  return (req, res, next) => (isGuest(res) ? next() : router(req, res, next));
}

export function buildApp(deps: ReportingApp): Express {
  const about = { service: 'reporting', docs: '/docs', hasPages: true };
  return buildServiceApp({ about, ...deps }, (app) => {
    const { keys, requestsPerMinute = 0, isTrustedProxy = () => false } = deps;
    // Public, like health and metrics. Everything mounted after this needs a key where keys are configured.
    app.use(openapiRoutes('Millrace reporting', loadDocument));
    app.get('/api/v1/definitions', definitionsRoute());
    app.use(dashboardPages(deps.pages));
    app.use(
      startBudgets(() => isServerResponsive(deps.pool)),
      limitAddresses(requestsPerMinute, isTrustedProxy),
    );
    app.get('/api/v1/exports/:id/download', signedDownloadRoute({ ...deps, ...deps.exports }));
    app.get('/api/v1/reports/:id/download', signedReportRoute({ ...deps, ...deps.exports }));
    app.use(unsubscribeRoutes({ ...deps, links: deps.exports.links }));
    app.use(logInRoutes(deps));
    const accessWatch = createAccessWatch(deps.checkAccessMs);
    const sharing = openSharing({ ...deps, publicUrl: deps.exports.publicUrl, accessWatch });
    app.use(sharing.routes);
    if (keys) app.use(authenticateRequests(deps, keys, accessWatch));
    app.get('/api/v1/session', showSession);
    if (deps.mayBeStandby) app.use('/api/v1', addAsOf(deps.pool));
    const answers = { ...deps, cache: deps.caching?.cache };
    app.get('/stats', statsRoute(answers));
    app.get('/api/v1/query', queryRoute(answers));
    app.post('/api/v1/query', queryRoute(answers));
    app.post('/api/v1/query/batch', batchRoute(answers));
    app.post('/api/v1/funnel', funnelRoute(answers));
    app.get('/api/v1/retention', retentionRoute(answers));
    app.post('/api/v1/retention', returnsRoute(answers));
    app.post('/api/v1/journeys', journeysRoute(answers));
    app.use(datasetsRoutes(answers));
    app.get('/api/v1/datasets/:id/export.:format', streamExportRoute({ ...deps, ...deps.exports }));
    app.use(exportsRoutes({ ...deps, ...deps.exports }));
    app.use(sitesRoutes(deps));
    app.use(goalsRoutes(deps), annotationsRoutes(deps), savedViewsRoutes(deps));
    app.get('/api/v1/overview', overviewRoute(answers));
    app.use(shareLinksRoutes({ ...deps, passwords: sharing.passwords, publicUrl: deps.exports.publicUrl }));
    const liveDeps = { ...deps, live: deps.live ?? createLive(deps) };
    app.get('/api/v1/sites/:site_id/live', liveRoute(liveDeps));
    app.get('/api/v1/operator/live', forOperators, operatorRoute(liveDeps));
    app.get('/api/v1/accounting', forOperators, accountingRoute(deps));
    app.get('/api/v1/page-settings', pageSettingsRoute(deps.pages));
    app.use(cacheRoutes(deps));
    app.use(reportTemplatesRoutes(deps), reportsRoutes({ ...deps, ...deps.exports }));
  });
}
