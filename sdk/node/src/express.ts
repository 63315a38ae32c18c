/** `@millrace/node/express`: `req.millrace`, and optionally a view per page. For Express 4 and 5. */
import type { VisitorContext } from './event-types.js';
import type { Millrace } from './millrace.js';
import { createRequestTracker, isPage, type RequestTracker, trackView } from './request-tracker.js';

declare global {
  namespace Express {
    interface Request {
      /** Set by `millraceExpress`. */
      millrace: RequestTracker;
    }
  }
}

/** The part of an Express request that is used. */
export interface ExpressRequest {
  /** Behind a proxy this is the visitor's address only with Express' setting `trust proxy`. */
  ip?: string | undefined;
  method: string;
  protocol: string;
  hostname: string;
  originalUrl: string;
  get(name: string): string | undefined;
}

interface ExpressResponse {
  statusCode: number;
  getHeader(name: string): unknown;
  once(event: 'finish', listener: () => void): unknown;
}

export interface ExpressOptions<Req = ExpressRequest> {
  /** Tracks a `view` for each HTML page sent, or for the requests that a function selects. */
  views?: boolean | ((req: Req, res: { statusCode: number }) => boolean);
  /** The logged-in user. */
  userId?: (req: Req) => string | undefined;
}

/** The visitor of a request, for `context` of an event. */
export function expressContext(req: Pick<ExpressRequest, 'ip' | 'get'>): VisitorContext {
  return { ip: req.ip, user_agent: req.get('user-agent') };
}

function isWanted<Req extends ExpressRequest>(
  views: ExpressOptions<Req>['views'],
  req: Req,
  res: ExpressResponse,
): boolean {
  if (typeof views === 'function') return views(req, res);
  const contentType = res.getHeader('content-type');
  return (
    views === true && isPage({ method: req.method, status: res.statusCode, contentType, accept: req.get('accept') })
  );
}

export function millraceExpress<Req extends ExpressRequest = ExpressRequest>(
  client: Pick<Millrace, 'track'>,
  options: ExpressOptions<Req> = {},
): (req: Req, res: ExpressResponse, next: () => void) => void {
  const { views, userId } = options;
  return (req, res, next) => {
    const { protocol, hostname, originalUrl: url } = req;
    const tracker = createRequestTracker(client, {
      protocol,
      hostname,
      url,
      referrer: req.get('referrer'),
      context: expressContext(req),
      userId: userId && (() => userId(req)),
    });
    Object.assign(req, { millrace: tracker });
    if (views) res.once('finish', () => trackView(tracker, () => isWanted(views, req, res)));
    next();
  };
}
