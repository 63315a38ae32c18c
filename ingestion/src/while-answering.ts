/** Waits for a queue operation as long as the queue responds to probes, to distinguish a busy queue from a hung one. */
import { withTimeout } from '@millrace/shared/platform/health';

export interface Patience {
  /** Interval between probes. */
  probeAfterMs: number;
  /** The queue counts as hung if a probe takes longer. */
  probeTimeoutMs: number;
  /** Maximum duration of the operation, even if the queue responds. */
  maxMs: number;
}

/**
 * Settles like `work`; rejects if a probe or the work takes too long. The probe must use another connection, or it would wait
 * behind the work.
 */
export function whileAnswering<T>(work: Promise<T>, probe: () => Promise<unknown>, patience: Patience): Promise<T> {
  return new Promise((resolve, reject) => {
    const startedAt = performance.now();
    let isOver = false;
    let timer = setTimeout(sendProbe, patience.probeAfterMs);

    function sendProbe(): void {
      withTimeout(probe(), patience.probeTimeoutMs, 'the queue').then(
        () => {
          if (isOver) return;
          if (performance.now() - startedAt < patience.maxMs) timer = setTimeout(sendProbe, patience.probeAfterMs);
          else end(() => reject(new Error(`the queue responds, but did not accept a job within ${patience.maxMs} ms`)));
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
