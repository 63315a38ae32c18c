export type Timer = ReturnType<typeof setTimeout>;

/** Longer timeouts fire at once. */
const maxTimeoutMs = 2 ** 31 - 1;

/** A timeout that does not keep the process alive. */
export function unrefTimeout(ms: number, run: () => void): Timer {
  const timer = setTimeout(run, Math.min(ms, maxTimeoutMs));
  // Other runtimes return a number.
  timer.unref?.();
  return timer;
}

/** Keeps the process alive until `work` is done, which may itself depend on timers that do not. */
export async function keepRunning<T>(work: Promise<T>): Promise<T> {
  const hold = setInterval(() => {}, maxTimeoutMs);
  try {
    return await work;
  } finally {
    clearInterval(hold);
  }
}

export interface Pause {
  /** Resolves after `ms`, or when ended. @param isServerDelay requested by the server, so `hurry` does not shorten it */
  wait(ms: number, isServerDelay: boolean): Promise<void>;
  hurry(): void;
  end(): void;
}

/** The delay between two attempts. */
export function createPause(): Pause {
  let current: { isServerDelay: boolean; end(): void } | undefined;
  return {
    wait: (ms, isServerDelay) =>
      new Promise((resolve) => {
        const end = () => {
          clearTimeout(timer);
          current = undefined;
          resolve();
        };
        const timer = unrefTimeout(ms, end);
        current = { isServerDelay, end };
      }),
    hurry() {
      if (!current?.isServerDelay) current?.end();
    },
    end: () => current?.end(),
  };
}
