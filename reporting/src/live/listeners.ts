/** All listeners of this process: how many there may be, and their heartbeat. */
import { ServiceError } from '@millrace/shared/platform/errors';
import { type EventStream, heartbeat } from './event-stream.js';
import type { LiveLimits } from './live-settings.js';

export interface NewListener {
  /** Absent: of all sites. */
  siteId?: string | undefined;
  /** The key or shared link that the stream was opened with, whose streams share a limit; absent where none is needed. */
  keyId?: string | undefined;
}

export interface Listeners {
  /** @throws ServiceError `rate_limited` where there are too many of the site or the key, `shutting_down` after `close`. */
  check(listener: NewListener): void;
  add(listener: NewListener, stream: EventStream): void;
  count(): number;
  /** Ends all streams and takes no more. */
  close(): void;
}

export interface ListenersSettings {
  limits: LiveLimits;
  heartbeatMs: number;
}

const retryAfterSeconds = 30;

function refuse(what: string, limit: number, variable: string): never {
  const message = `${what} has ${limit} live streams open already, which is the limit (${variable}). Close some, or try again later.`;
  throw Object.assign(new ServiceError('rate_limited', message), { retryAfterSeconds });
}

export function createListeners({ limits, heartbeatMs }: ListenersSettings): Listeners {
  const streams = new Map<EventStream, NewListener>();
  let isClosed = false;
  const countOf = (fits: (listener: NewListener) => boolean) => [...streams.values()].filter(fits).length;

  /** Runs while there is a listener. */
  let beating: NodeJS.Timeout | undefined;
  function beat(): void {
    for (const stream of streams.keys()) stream.send(heartbeat);
  }

  return {
    check({ siteId, keyId }) {
      if (isClosed) throw new ServiceError('shutting_down');
      const ofSite = siteId !== undefined && countOf((other) => other.siteId === siteId);
      if (ofSite && ofSite >= limits.perSite) refuse(`Site "${siteId}"`, limits.perSite, 'LIVE_LISTENERS_PER_SITE');
      const ofKey = keyId !== undefined && countOf((other) => other.keyId === keyId);
      if (ofKey && ofKey >= limits.perKey) refuse('This key', limits.perKey, 'LIVE_LISTENERS_PER_KEY');
    },
    add(listener, stream) {
      streams.set(stream, listener);
      beating ??= setInterval(beat, heartbeatMs);
      stream.onClose(() => {
        streams.delete(stream);
        if (streams.size > 0) return;
        clearInterval(beating);
        beating = undefined;
      });
    },
    count: () => streams.size,
    close() {
      isClosed = true;
      for (const stream of streams.keys()) stream.end();
    },
  };
}
