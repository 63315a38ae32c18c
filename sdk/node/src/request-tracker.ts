/** Tracks events of an HTTP request with its address, its referrer and its visitor. */
import type { TrackedEvent, VisitorContext } from './event-types.js';
import type { Millrace } from './millrace.js';

/** The type of `req.millrace`. */
export interface RequestTracker {
  /** Of the visitor. */
  readonly context: VisitorContext;
  /**
   * Like `track` of the client, but `path`, `referrer`, `user_id` and `context` default to those of the request. Never throws.
   */
  track<T extends string>(event: { event_type: T } & TrackedEvent<T>): void;
}

/** The used part of a request, whichever framework parsed it. */
export interface RequestInfo {
  protocol: string;
  hostname: string | undefined;
  /** As in the request line. */
  url: string;
  referrer: string | undefined;
  context: VisitorContext;
  /** Called when an event is tracked, since the user may become known late. */
  userId?: (() => string | undefined) | undefined;
}

/** Millrace accepts no longer addresses and referrers. */
const maxTextLength = 2_048;

const truncate = (text: string | undefined) => text?.slice(0, maxTextLength);

function addressOf({ protocol, hostname, url }: RequestInfo): string {
  return hostname && url.startsWith('/') ? `${protocol}://${hostname}${url}` : url;
}

function safely(read: (() => string | undefined) | undefined): string | undefined {
  try {
    return read?.();
  } catch {
    return undefined;
  }
}

/** `isWanted` may be the application's callback: an uncaught error in it would end the process. */
export function trackView(tracker: RequestTracker, isWanted: () => boolean): void {
  try {
    if (isWanted()) tracker.track({ event_type: 'view' });
  } catch {
    // If the callback fails, there is no view.
  }
}

export function createRequestTracker(client: Pick<Millrace, 'track'>, seen: RequestInfo): RequestTracker {
  const { context } = seen;
  return {
    context,
    track(event) {
      const known = {
        path: truncate(addressOf(seen)),
        referrer: truncate(seen.referrer),
        user_id: safely(seen.userId),
      };
      client.track({ ...known, ...event, context: { ...context, ...event?.context } });
    },
  };
}

export interface ResponseInfo {
  method: string;
  status: number;
  contentType: unknown;
  accept: string | undefined;
}

/** Whether a page was shown: HTML by GET with 200, or with 304, which has no content type. */
export function isPage({ method, status, contentType, accept }: ResponseInfo): boolean {
  if (method !== 'GET') return false;
  return status === 200
    ? String(contentType).startsWith('text/html')
    : status === 304 && /text\/html/.test(accept ?? '');
}
