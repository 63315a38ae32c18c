import type { Socket } from 'node:net';
import type { Request, RequestHandler, Response } from 'express';
import type { Logger } from './logger.js';

/** nginx's status for a client that closed the connection before the response; it is only logged. */
const clientLeft = 499;

const leavingErrors = ['ECONNRESET', 'EPIPE'];

/** Whether the client closed the connection, as opposed to us, for example at a timeout or on shutdown. */
function clientHasLeft({ readableEnded, errored }: Socket): boolean {
  return readableEnded || leavingErrors.includes((errored as NodeJS.ErrnoException | null)?.code ?? '');
}

/** The status code is meaningless if nothing of the response was sent. */
function outcomeOf(req: Request, res: Response): { status?: number; outcome?: string } {
  if (res.writableFinished) return { status: res.statusCode };
  if (clientHasLeft(req.socket)) return { status: clientLeft, outcome: 'client left' };
  return { ...(res.headersSent && { status: res.statusCode }), outcome: 'cut off' };
}

/** Anyone who has the URL of a shared link can read it, so it must not be logged. */
export const withoutSlug = (path: string) => path.replace(/^(\/share\/)[^/]+/i, '$1…');

/** Logs one line per request, without the query string, which may contain identifiers. */
export function logRequests(logger: Logger): RequestHandler {
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
