/** What every service has around its routes: health, metrics, request log and error answers as an Express app, and its server. */
import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import express, {
  type ErrorRequestHandler,
  type Express,
  type Request,
  type RequestHandler,
  type Response,
} from 'express';
import { describeRefusal, type Refusal, ServiceError, wrongMethod } from './errors.js';
import { findMethods } from './find-methods.js';
import { checkHealth, type HealthCheck } from './health.js';
import type { Logger } from './logger.js';
import { isConnectionError } from './postgres.js';
import type { Telemetry } from './telemetry.js';
import { version } from './version.js';

export interface ServiceApp {
  logger: Logger;
  telemetry: Telemetry;
  /** What the service cannot work without. */
  health: Record<string, HealthCheck>;
  /** True while the service stops: it is then alive but not ready. */
  isClosing: () => boolean;
  /** What `GET /` says about the service: its name, and where its documentation is. With pages, browsers get one of these instead. */
  about?: { service: string; docs: string; hasPages?: boolean };
  /** Stands beside `error` in the body of every refusal. */
  refusalEnvelope?: object;
}

/** Sends a refusal as the one error body. */
export function sendRefusal(res: ServerResponse, refusal: Refusal, envelope?: object): void {
  const { status, headers, body } = describeRefusal(refusal, envelope);
  res.writeHead(status, { ...headers, 'content-type': 'application/json; charset=utf-8' });
  res.end(body);
}

/** What logs of web servers write for a client that did not wait for its answer; no answer has this status. */
const clientLeft = 499;

const leavingErrors = ['ECONNRESET', 'EPIPE'];

/** Whether the client ended the connection, not we, such as at a timeout or at the end of the process. */
function clientHasLeft({ readableEnded, errored }: Socket): boolean {
  return readableEnded || leavingErrors.includes((errored as NodeJS.ErrnoException | null)?.code ?? '');
}

/** Of an answer of which nothing was sent, the status code says nothing. */
function outcomeOf(req: Request, res: Response): { status?: number; outcome?: string } {
  if (res.writableFinished) return { status: res.statusCode };
  if (clientHasLeft(req.socket)) return { status: clientLeft, outcome: 'client left' };
  return { ...(res.headersSent && { status: res.statusCode }), outcome: 'cut off' };
}

/** The address of a shared link is all that it takes to read it. */
const withoutSlug = (path: string) => path.replace(/^(\/share\/)[^/]+/i, '$1…');

/** One line per request: no query string, since it may hold identifiers. */
function logRequests(logger: Logger): RequestHandler {
  return (req, res, next) => {
    const startedAt = performance.now();
    res.on('close', () => {
      const ms = Math.round(performance.now() - startedAt);
      const level = req.path.startsWith('/health') || req.path === '/metrics' ? 'debug' : 'info';
      logger[level](
        { method: req.method, path: withoutSlug(req.path).slice(0, 200), ...outcomeOf(req, res), ms },
        'request',
      );
    });
    next();
  };
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

/** What an exception below a route means to the client; everything unknown is our fault and is logged. */
export function toRefusal(error: unknown): Refusal {
  if (error instanceof ServiceError) {
    const { code, message, details, retryAfterSeconds } = error;
    return { code, message, details, ...(retryAfterSeconds !== undefined && { retryAfterSeconds }) };
  }
  // An address such as `/%` is no text at all.
  if (error instanceof URIError) return { code: 'not_found' };
  if (isConnectionError(error)) return { code: 'database_unavailable' };
  const { code } = error as { code?: unknown };
  // SQLSTATE: conflict with a replica's recovery, deadlock, out of disk or memory, lock not available.
  if (typeof code === 'string' && /^(40001|40P01|53...|55P03)$/.test(code)) return { code: 'database_unavailable' };
  // query_canceled: the statement ran into its time limit.
  if (code === '57014') return { code: 'query_timeout' };
  return { code: 'internal_error' };
}

/** An app with `/` (who it is), `/health`, `/health/live`, `/health/ready`, `/metrics`, then `addRoutes`, then 404 or 405 and the error answer. */
export function buildServiceApp(deps: ServiceApp, addRoutes: (app: Express) => void): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.use(logRequests(deps.logger));
  app.use((_req, res, next) => {
    res.set({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
    next();
  });
  const { hasPages = false, ...about } = deps.about ?? { service: 'millrace', docs: 'README.md' };
  app.get('/', (req, res, next) => {
    if (hasPages && req.headers.accept?.includes('text/html')) return next();
    res.json({ ...about, version });
  });
  addHealthRoutes(app, deps);
  addRoutes(app);
  app.use((req, res) => {
    const methods = findMethods(app, req.path);
    if (methods === '') return sendRefusal(res, { code: 'not_found' }, deps.refusalEnvelope);
    res.set('allow', methods);
    sendRefusal(res, wrongMethod(methods), deps.refusalEnvelope);
  });
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

/**
 * A server that cuts off slow and silent clients: 10 s for headers, 30 s for a request, 65 s idle. A connection on which neither side
 * gets anything through for `stalledAfterMs` is closed as well: its client does not read the answer, which would be kept for ever.
 */
export function createHttpServer(handler: RequestListener, stalledAfterMs = 300_000): Server {
  const server = createServer({ connectionsCheckingInterval: 5_000, keepAliveTimeout: 65_000 }, handler);
  server.headersTimeout = 10_000;
  server.requestTimeout = 30_000;
  server.timeout = stalledAfterMs;
  server.maxRequestsPerSocket = 0;
  return server;
}

/** Resolves with the port when `server` listens. @throws Error with one sentence when it cannot. */
export function startServer(listen: () => Server, server: Server, variable: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const hint = error.code === 'EADDRINUSE' ? `the port is in use; set ${variable} to a free one` : error.message;
      reject(new Error(`Cannot open the HTTP port: ${hint}.`));
    });
    listen().once('listening', () => resolve((server.address() as { port: number }).port));
  });
}

/** How long requests in work, and connections that never sent one, are waited for. */
const closeConnectionsAfterMs = 5_000;

/** Takes no new connections, lets requests in work finish, then resolves. Connections are closed as they become idle. */
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
