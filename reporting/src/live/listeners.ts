/** All listeners of this process: how many there may be, their heartbeat, and whether their keys are still good. */
import { ServiceError } from '@millrace/shared/errors';
import { type EventStream, eventFrame, heartbeat } from './event-stream.js';
import type { LiveLimits } from './live-settings.js';

/** Who listens with a key, or through something else that can be taken back. */
export interface Holder {
  /** Those of one name share a limit. */
  name: string;
  /** False once it was revoked or has expired. */
  isGood(): Promise<boolean>;
}

export interface NewListener {
  /** Absent: of all sites. */
  siteId?: string | undefined;
  /** Absent: open to everybody. */
  holder?: Holder | undefined;
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
  /** How often keys are looked at again. */
  checkMs: number;
}

const retryAfterSeconds = 30;

function refuse(what: string, limit: number, variable: string): never {
  const message = `${what} has ${limit} live streams open already, which is the limit (${variable}). Close some, or try again later.`;
  throw Object.assign(new ServiceError('rate_limited', message), { retryAfterSeconds });
}

const revoked = () => {
  const error = { code: 'unauthorized', message: 'What this stream was opened with was revoked or has expired.' };
  return eventFrame('problem', JSON.stringify({ error }));
};

/** Runs while there is somebody to run for. */
function createClock(work: () => void, everyMs: number): { start(): void; stop(): void } {
  let timer: NodeJS.Timeout | undefined;
  return {
    start() {
      timer ??= setInterval(work, everyMs);
    },
    stop() {
      clearInterval(timer);
      timer = undefined;
    },
  };
}

export function createListeners({ limits, heartbeatMs, checkMs }: ListenersSettings): Listeners {
  const streams = new Map<EventStream, NewListener>();
  let isClosed = false;
  const countOf = (fits: (listener: NewListener) => boolean) => [...streams.values()].filter(fits).length;

  /** A database that does not answer is no reason to send anybody away. */
  async function checkHolder(holder: Holder): Promise<void> {
    if (await holder.isGood().catch(() => true)) return;
    for (const [stream, listener] of streams) {
      if (listener.holder?.name !== holder.name) continue;
      stream.send(revoked());
      stream.end();
    }
  }

  function checkHolders(): void {
    const holders = new Map([...streams.values()].flatMap(({ holder }) => (holder ? [[holder.name, holder]] : [])));
    for (const holder of holders.values()) void checkHolder(holder);
  }

  const clocks = [
    createClock(() => {
      for (const stream of streams.keys()) stream.send(heartbeat);
    }, heartbeatMs),
    createClock(checkHolders, checkMs),
  ];

  return {
    check({ siteId, holder }) {
      if (isClosed) throw new ServiceError('shutting_down');
      const ofSite = siteId !== undefined && countOf((other) => other.siteId === siteId);
      if (ofSite && ofSite >= limits.perSite) refuse(`Site "${siteId}"`, limits.perSite, 'LIVE_LISTENERS_PER_SITE');
      const ofHolder = holder && countOf((other) => other.holder?.name === holder.name);
      if (ofHolder && ofHolder >= limits.perKey) refuse('This key', limits.perKey, 'LIVE_LISTENERS_PER_KEY');
    },
    add(listener, stream) {
      streams.set(stream, listener);
      for (const clock of clocks) clock.start();
      stream.onClose(() => {
        streams.delete(stream);
        if (streams.size === 0) for (const clock of clocks) clock.stop();
      });
    },
    count: () => streams.size,
    close() {
      isClosed = true;
      for (const stream of streams.keys()) stream.end();
    },
  };
}
