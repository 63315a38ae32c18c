/** `@millrace/node/express`: `req.millrace`, and a view per page if wanted. For Express 4 and 5. */
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

/** What is used of a request of Express. */
export interface ExpressRequest {
  /** Behind a proxy the visitor's only if Express' setting `trust proxy` says so. */
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
  /** Tracks a `view` for each page of HTML that was sent, or of those requests for which a function says so. */
  views?: boolean | ((req: Req, res: { statusCode: number }) => boolean);
  /** Who is logged in. */
  userId?: (req: Req) => string | undefined;
}

/** What Millrace should know of the visitor, for `context` of an event. */
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

/** Middleware that sets `req.millrace`. */
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
