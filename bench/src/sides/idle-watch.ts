/** How much of a stretch of time a process had nothing to do. */
import { readFileSync } from 'node:fs';
import { ClearError } from '@millrace/dev/clear-error';

export interface IdleWatch {
  /** Stops watching. The share of the last `seconds`, 0 to 1, in which the process neither ran nor stood in line for a core. */
  stop(seconds: number): number;
}

interface Sample {
  atMs: number;
  busyMs: number;
}

const everyMs = 100;

/**
 * Of the main thread, on which all JavaScript runs: milliseconds it ran plus those it waited for a core, from proc(5). A process that
 * a busy machine keeps waiting is not idle.
 */
function readBusyMs(pid: number): number {
  try {
    const [ran, waited] = readFileSync(`/proc/${pid}/task/${pid}/schedstat`, 'utf8').split(' ');
    return (Number(ran) + Number(waited)) / 1e6;
  } catch {
    throw new ClearError(
      `How busy process ${pid} is cannot be read: that needs Linux with schedstat, and a process that runs.`,
    );
  }
}

/** The share between the first sample of the last `seconds` and the last sample. */
export function idleShare(samples: Sample[], seconds: number): number {
  const last = samples.at(-1)!;
  const first = samples.find(({ atMs }) => atMs >= last.atMs - seconds * 1_000) ?? last;
  const elapsedMs = last.atMs - first.atMs;
  return elapsedMs > 0 ? Math.max(0, 1 - (last.busyMs - first.busyMs) / elapsedMs) : 0;
}

/** Watches until it is stopped. A process that ends meanwhile counts as idle from then on. */
export function watchIdle(pid: number): IdleWatch {
  const samples = [{ atMs: performance.now(), busyMs: readBusyMs(pid) }];
  const take = () => {
    try {
      samples.push({ atMs: performance.now(), busyMs: readBusyMs(pid) });
    } catch {
      clearInterval(timer);
    }
  };
  const timer = setInterval(take, everyMs);
  return {
    stop(seconds) {
      clearInterval(timer);
      take();
      return idleShare(samples, seconds);
    },
  };
}
