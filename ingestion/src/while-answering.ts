/** Waits for work of a queue for as long as the queue answers others meanwhile, so that a busy one is told from one that hangs. */
import { withTimeout } from '@millrace/shared/platform/health';

export interface Patience {
  /** The queue is asked whether it still answers each time after this long. */
  askAfterMs: number;
  /** It hangs when it takes longer than this to answer. */
  answerWithinMs: number;
  /** Work that takes longer than this is given up, whatever the queue answers. */
  mostMs: number;
}

/**
 * Settles as `work` does; rejects when the queue does not answer `ask` in time, or the work takes longer than it may. What is
 * asked has to travel by a connection of its own, or it would wait behind the work.
 */
export function whileAnswering<T>(work: Promise<T>, ask: () => Promise<unknown>, patience: Patience): Promise<T> {
  return new Promise((resolve, reject) => {
    const startedAt = performance.now();
    let isOver = false;
    let timer = setTimeout(look, patience.askAfterMs);

    function look(): void {
      withTimeout(ask(), patience.answerWithinMs, 'the queue').then(
        () => {
          if (isOver) return;
          if (performance.now() - startedAt < patience.mostMs) timer = setTimeout(look, patience.askAfterMs);
          else end(() => reject(new Error(`the queue answers, but did not take a job within ${patience.mostMs} ms`)));
        },
        (error) => end(() => reject(error)),
      );
    }
    function end(settle: () => void): void {
      isOver = true;
      clearTimeout(timer);
      settle();
    }
    work.then(
      (value) => end(() => resolve(value)),
      (error) => end(() => reject(error)),
    );
  });
}
