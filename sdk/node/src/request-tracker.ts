/** Events about a request that another server answers: with the address of its page, and what is known of its visitor. */
import type { TrackedEvent, VisitorContext } from './event-types.js';
import type { Millrace } from './millrace.js';

/** What `req.millrace` is. */
export interface RequestTracker {
  /** Of the visitor. */
  readonly context: VisitorContext;
  /** As `track` of the client; what the event does not say of `path`, `referrer`, `user_id` and `context`, the request does. Never throws. */
  track<T extends string>(event: { event_type: T } & TrackedEvent<T>): void;
}

/** What is read from a request, whichever framework has parsed it. */
export interface RequestInfo {
  protocol: string;
  hostname: string | undefined;
  /** As the request line has it. */
  url: string;
  referrer: string | undefined;
  context: VisitorContext;
  /** Asked when an event is tracked, since who it is may turn out late. */
  userId?: (() => string | undefined) | undefined;
}

/** Of addresses and referrers, of which Millrace takes no longer ones. */
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

/** `isWanted` may be the application's own: what it throws while nobody waits for it would end the process. */
export function trackView(tracker: RequestTracker, isWanted: () => boolean): void {
  try {
    if (isWanted()) tracker.track({ event_type: 'view' });
  } catch {
    // A view that cannot be judged is none.
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

/** A page that was shown: HTML by GET with 200, or with 304, which does not say its type. */
export function isPage({ method, status, contentType, accept }: ResponseInfo): boolean {
  if (method !== 'GET') return false;
  return status === 200
    ? String(contentType).startsWith('text/html')
    : status === 304 && /text\/html/.test(accept ?? '');
}
