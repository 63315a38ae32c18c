/** Keeps track of all listeners of this process: their limits and their heartbeat. */
import { ServiceError } from '@millrace/shared/platform/errors';
import { type EventStream, heartbeat } from './event-stream.js';
import type { LiveLimits } from './live-settings.js';

export interface NewListener {
  /** Absent for a stream about all sites. */
  siteId?: string | undefined;
  /** The key or shared link that opened the stream, whose streams share a limit; absent if no key is needed. */
  keyId?: string | undefined;
}

export interface Listeners {
  /** @throws ServiceError `rate_limited` if the site or the key has too many streams, `shutting_down` after `close`. */
  check(listener: NewListener): void;
  add(listener: NewListener, stream: EventStream): void;
  count(): number;
  /** Ends all streams and accepts no more. */
  close(): void;
}

export interface ListenersSettings {
  limits: LiveLimits;
  heartbeatMs: number;
}

const retryAfterSeconds = 30;

function refuse(what: string, limit: number, variable: string): never {
  const message = `${what} already has ${limit} open live streams, which is the limit (${variable}). Close some, or try again later.`;
  throw Object.assign(new ServiceError('rate_limited', message), { retryAfterSeconds });
}

export function createListeners({ limits, heartbeatMs }: ListenersSettings): Listeners {
  const streams = new Map<EventStream, NewListener>();
  let isClosed = false;
  const countOf = (fits: (listener: NewListener) => boolean) => [...streams.values()].filter(fits).length;

  /** Runs while there are listeners. */
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
