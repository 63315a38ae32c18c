/** Timers by which a process is not kept, and one by which it is. */

export type Timer = ReturnType<typeof setTimeout>;

/** Beyond it timers fire at once. */
export const maxTimeoutMs = 2 ** 31 - 1;

/** Does not keep a process from ending. */
export function unrefTimeout(ms: number, run: () => void): Timer {
  const timer = setTimeout(run, Math.min(ms, maxTimeoutMs));
  // Elsewhere than in Node it may be a number.
  timer.unref?.();
  return timer;
}

/** Keeps the process until `work` is done, which may itself only wait for timers that do not. */
export async function keepRunning<T>(work: Promise<T>): Promise<T> {
  const hold = setInterval(() => {}, maxTimeoutMs);
  try {
    return await work;
  } finally {
    clearInterval(hold);
  }
}

export interface Pause {
  /** @param isServerDelay the server's, which `hurry` does not shorten. Resolves after that time, or when it is ended. */
  wait(ms: number, isServerDelay: boolean): Promise<void>;
  hurry(): void;
  end(): void;
}

/** The waiting between two attempts. */
export function createPause(): Pause {
  let current: { isWish: boolean; end(): void } | undefined;
  return {
    wait: (ms, isWish) =>
      new Promise((resolve) => {
        const end = () => {
          clearTimeout(timer);
          current = undefined;
          resolve();
        };
        const timer = unrefTimeout(ms, end);
        current = { isWish, end };
      }),
    hurry() {
      if (!current?.isWish) current?.end();
    },
    end: () => current?.end(),
  };
}
