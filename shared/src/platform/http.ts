/** The Express app and HTTP server that every service builds on: health, metrics, request log and error responses. */
import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express';
import { skipRest } from './close-gently.js';
import { describeRefusal, type Refusal, ServiceError, wrongMethod } from './errors.js';
import { findMethods } from './find-methods.js';
import { checkHealth, type HealthCheck } from './health.js';
import { logRequests, withoutSlug } from './log-requests.js';
import type { Logger } from './logger.js';
import { isConnectionError } from './postgres.js';
import { refuseMalformed } from './refuse-malformed.js';
import type { Telemetry } from './telemetry.js';
import { version } from './version.js';

export interface ServiceApp {
  logger: Logger;
  telemetry: Telemetry;
  /** Dependencies that the service cannot work without. */
  health: Record<string, HealthCheck>;
  /** True while the service shuts down: it is then alive but not ready. */
  isClosing: () => boolean;
  /** The response to `GET /`: name of the service and link to its documentation. With `hasPages`, browsers get a page instead. */
  about?: { service: string; docs: string; hasPages?: boolean };
  /** Fields next to `error` in the body of every refusal. */
  refusalEnvelope?: object;
}

export function sendRefusal(res: ServerResponse, refusal: Refusal, envelope?: object): void {
  const { status, headers, body } = describeRefusal(refusal, envelope);
  res.writeHead(status, { ...headers, ...skipRest(res, refusal), 'content-type': 'application/json; charset=utf-8' });
  res.end(body);
}

/** Responds with 405 and the methods in `Allow`. */
export function sendWrongMethod(res: ServerResponse, methods: readonly string[], envelope?: object): void {
  const allowed = methods.join(', ');
  res.setHeader('allow', allowed);
  sendRefusal(res, wrongMethod(allowed), envelope);
}

function addHealthRoutes(app: Express, deps: ServiceApp): void {
  const report: RequestHandler = async (_req, res) => {
    const health = await checkHealth(deps.health);
    res.status(health.status === 'healthy' ? 200 : 503).json({ ...health, version });
  };
  app.get('/health', report);
  app.get('/health/live', (_req, res) => void res.json({ status: 'alive' }));
  app.get('/health/ready', (req, res, next) => {
    if (!deps.isClosing()) return report(req, res, next);
    res.status(503).json({ status: 'stopping' });
  });
  app.get('/metrics', async (_req, res) => {
    res.type(deps.telemetry.registry.contentType).send(await deps.telemetry.registry.metrics());
  });
}

/** Maps an exception below a route to a refusal; unknown ones become `internal_error` and are logged. */
export function toRefusal(error: unknown): Refusal {
  if (error instanceof ServiceError) {
    const { code, message, details, retryAfterSeconds } = error;
    return { code, message, details, ...(retryAfterSeconds !== undefined && { retryAfterSeconds }) };
  }
  // Express throws this for a path that cannot be decoded, such as `/%`.
  if (error instanceof URIError) return { code: 'not_found' };
  if (isConnectionError(error)) return { code: 'database_unavailable' };
  const { code } = error as { code?: unknown };
  // SQLSTATE: conflict with a replica's recovery, deadlock, out of disk or memory, lock not available.
  if (typeof code === 'string' && /^(40001|40P01|53...|55P03)$/.test(code)) return { code: 'database_unavailable' };
  // query_canceled: the statement ran into its time limit.
  if (code === '57014') return { code: 'query_timeout' };
  return { code: 'internal_error' };
}

/**
 * Answers 405 if `app` has routes for this URL, but none for the method. To be used before keys are checked, since no key would help,
 * and before routers, because they answer `OPTIONS` themselves.
 */
export const refuseWrongMethods =
  (app: Express, envelope?: object): RequestHandler =>
  (req, res, next) => {
    const methods = findMethods(app, req.path);
    if (methods.length === 0 || methods.includes(req.method)) return next();
    sendWrongMethod(res, methods, envelope);
  };

/** An app with `/`, `/health`, `/health/live`, `/health/ready` and `/metrics`, then `addRoutes`, then 404 and error responses. */
export function buildServiceApp(deps: ServiceApp, addRoutes: (app: Express) => void): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.use(logRequests(deps.logger));
  app.use((_req, res, next) => {
    res.set({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
    next();
  });
  app.use(refuseWrongMethods(app, deps.refusalEnvelope));
  const { hasPages = false, ...about } = deps.about ?? { service: 'millrace', docs: 'README.md' };
  app.get('/', (req, res, next) => {
    if (hasPages && req.headers.accept?.includes('text/html')) return next();
    res.json({ ...about, version });
  });
  addHealthRoutes(app, deps);
  addRoutes(app);
  // Most often, a path that another service has was sent to the wrong port.
  const message = `There is no resource at this URL. This is the ${about.service} service; see ${about.docs} for its URLs.`;
  app.use((_req, res) => sendRefusal(res, { code: 'not_found', message }, deps.refusalEnvelope));
  const answerError: ErrorRequestHandler = (error, req, res, _next) => {
    const refusal = toRefusal(error);
    if (refusal.code === 'internal_error')
      deps.logger.error({ err: error, path: withoutSlug(req.path) }, 'request failed');
    if (res.headersSent) res.destroy();
    else sendRefusal(res, refusal, deps.refusalEnvelope);
  };
  app.use(answerError);
  return app;
}

type ServerOptions = Pick<ServiceApp, 'refusalEnvelope'> & { stalledAfterMs?: number };

/**
 * A server that disconnects slow and silent clients: 10 s for headers, 30 s for a request, 65 s idle. A connection without traffic
 * in either direction for `stalledAfterMs` is closed too: its client does not read the response, which would stay in memory forever.
 */
export function createHttpServer(
  handler: RequestListener,
  { stalledAfterMs = 300_000, refusalEnvelope }: ServerOptions = {},
): Server {
  const server = createServer({ connectionsCheckingInterval: 5_000, keepAliveTimeout: 65_000 }, handler);
  server.headersTimeout = 10_000;
  server.requestTimeout = 30_000;
  server.timeout = stalledAfterMs;
  server.maxRequestsPerSocket = 0;
  server.on('clientError', (error, socket) => refuseMalformed(error, socket as Socket, refusalEnvelope));
  return server;
}

/** Resolves with the port once `server` listens. @throws Error if it cannot listen; `variable` is the setting that the message names. */
export function startServer(listen: () => Server, server: Server, variable: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const hint = error.code === 'EADDRINUSE' ? `the port is in use; set ${variable} to a free one` : error.message;
      reject(new Error(`Cannot open the HTTP port: ${hint}.`));
    });
    listen().once('listening', () => resolve((server.address() as { port: number }).port));
  });
}

/** How long to wait for requests in progress and for connections that never sent one. */
const closeConnectionsAfterMs = 5_000;

/** Stops accepting connections and resolves once the requests in progress are done. Idle connections are closed. */
export function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const closeIdle = setInterval(() => server.closeIdleConnections(), 50);
    const closeAll = setTimeout(() => server.closeAllConnections(), closeConnectionsAfterMs);
    server.close(() => {
      clearInterval(closeIdle);
      clearTimeout(closeAll);
      resolve();
    });
    server.closeIdleConnections();
  });
}
