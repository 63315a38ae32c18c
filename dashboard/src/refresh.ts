/** Asks for figures again: each minute where now is part of what is shown, and as soon as they can be had again after they could not. */
import { effect } from '@preact/signals';
import { isReachable, send } from './api.ts';
import { includesNow } from './range/range-neighbours.ts';
import { today } from './range/zone.ts';
import { loadSession, session } from './session.ts';
import { latestResult, refreshCount } from './use-request.ts';
import { view } from './view.ts';

const refreshEveryMs = 60_000;
/** How often a Millrace that does not answer is asked. */
const retryMs = 5_000;
/** A question without an answer by then is given up, since the network may have changed. */
const checkTimeoutMs = 30_000;

/** In milliseconds since 1970. */
let refreshedAt = Date.now();

function refresh(): void {
  refreshedAt = Date.now();
  refreshCount.value += 1;
  // Nothing asks for it by itself.
  if (!session.value) void loadSession();
}

const isOld = () => Date.now() - Math.max(refreshedAt, latestResult.peek()?.at ?? 0) >= refreshEveryMs;
const isDue = () => !document.hidden && includesNow(view.peek().range, today()) && isOld();

let isChecking = false;

/** One small question finds out whether Millrace answers: what panels ask would be given up for the next try before a slow answer is there. */
async function checkReachable(): Promise<void> {
  if (isChecking || document.hidden) return;
  isChecking = true;
  await send('/session', { signal: AbortSignal.timeout(checkTimeoutMs) }).catch(() => undefined);
  isChecking = false;
}

export function startAutoRefresh(): void {
  setInterval(() => isDue() && refresh(), refreshEveryMs / 6);
  document.addEventListener('visibilitychange', () => isDue() && refresh());
  for (const type of ['online', 'offline']) addEventListener(type, checkReachable);
  effect(() => {
    if (isReachable.value) return;
    const timer = setInterval(checkReachable, retryMs);
    return () => {
      clearInterval(timer);
      refresh();
    };
  });
}
