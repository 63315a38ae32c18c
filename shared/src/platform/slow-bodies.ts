/** Detects request bodies that arrive too slowly. */

/** A body that is being received; the receiver keeps `bytes` up to date. */
export interface ArrivingBody {
  bytes: number;
  /** Called when a window has passed with too few bytes. */
  onTooSlow(): void;
}

export interface SlowBodies {
  /** Watches `body`. Returns the function that stops watching. */
  watch(body: ArrivingBody): () => void;
}

export interface SlowBodiesOptions {
  bytesPerSecond?: number;
  /** The rate must be met in each window of this length, including the first. */
  windowMs?: number;
  checkIntervalMs?: number;
}

/**
 * Measures the rate of the last few seconds, not of the whole body: a client that sends 9 MB at once and then stalls is detected
 * as soon as one that never started. All bodies share one timer, since most are complete before their own would fire.
 */
export function createSlowBodies(options: SlowBodiesOptions = {}): SlowBodies {
  const { bytesPerSecond = 1_000, windowMs = 5_000, checkIntervalMs = 1_000 } = options;
  const arriving = new Map<ArrivingBody, { sinceMs: number; bytes: number }>();
  let timer: NodeJS.Timeout | undefined;
  let lastCheckMs = 0;

  function check(): void {
    const nowMs = performance.now();
    // If this process itself was blocked, bytes that arrived meanwhile are still unread: the clients get another window.
    const wasHeldUp = nowMs - lastCheckMs > 2 * checkIntervalMs;
    lastCheckMs = nowMs;
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
    lastCheckMs = performance.now();
    timer = setInterval(check, checkIntervalMs);
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
