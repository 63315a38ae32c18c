/** Finds bodies that arrive too slowly to be waited for. */

/** A body that is being received; whoever receives it keeps `bytes` up to date. */
export interface ArrivingBody {
  bytes: number;
  /** Called once, when too little has come. */
  onTooSlow(): void;
}

export interface SlowBodies {
  /** Watches `body` until the function that this returns is called. */
  watch(body: ArrivingBody): () => void;
}

export interface SlowBodiesOptions {
  bytesPerSecond?: number;
  /** Each piece of this length has to bring its share, the first one too. */
  windowMs?: number;
  lookEveryMs?: number;
}

/**
 * The rate is that of the last few seconds, not of the whole: a client that sends 9 MB at once and then stalls is found as soon
 * as one that never began. One timer looks after all bodies, since most are whole before it would have been set.
 */
export function createSlowBodies(options: SlowBodiesOptions = {}): SlowBodies {
  const { bytesPerSecond = 1_000, windowMs = 5_000, lookEveryMs = 1_000 } = options;
  const arriving = new Map<ArrivingBody, { sinceMs: number; bytes: number }>();
  let timer: NodeJS.Timeout | undefined;
  let lastLookMs = 0;

  function look(): void {
    const nowMs = performance.now();
    // When this process itself was held up, what has come meanwhile is still to be read: the clients get another window.
    const wasHeldUp = nowMs - lastLookMs > 2 * lookEveryMs;
    lastLookMs = nowMs;
    for (const [body, mark] of arriving) {
      if (nowMs - mark.sinceMs < windowMs && !wasHeldUp) continue;
      const tooSlow = !wasHeldUp && body.bytes - mark.bytes < (bytesPerSecond * windowMs) / 1_000;
      mark.sinceMs = nowMs;
      mark.bytes = body.bytes;
      if (tooSlow) body.onTooSlow();
    }
    if (arriving.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  }

  function start(): void {
    lastLookMs = performance.now();
    timer = setInterval(look, lookEveryMs);
    timer.unref();
  }

  return {
    watch(body) {
      arriving.set(body, { sinceMs: performance.now(), bytes: 0 });
      if (!timer) start();
      return () => void arriving.delete(body);
    },
  };
}
