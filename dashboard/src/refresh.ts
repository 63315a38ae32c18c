/** Refreshes figures every minute while the range includes the present, and as soon as the server is reachable again. */
import { effect } from '@preact/signals';
import { isReachable, send } from './api.ts';
import { includesNow } from './range/range-neighbours.ts';
import { today } from './range/zone.ts';
import { loadSession, session } from './session.ts';
import { latestResult, refreshCount } from './use-request.ts';
import { view } from './view.ts';

const refreshEveryMs = 60_000;
/** How often an unreachable server is checked, and the shortest time between two refreshes after failures. */
const retryMs = 5_000;
/** A check is abandoned after this time, since the network may have changed. */
const checkTimeoutMs = 30_000;

/** In milliseconds since 1970. */
let refreshedAt = Date.now();

function refresh(): void {
  refreshedAt = Date.now();
  refreshCount.value += 1;
  // Nothing else reloads it.
  if (!session.value) void loadSession();
}

const isOld = () => Date.now() - Math.max(refreshedAt, latestResult.peek()?.at ?? 0) >= refreshEveryMs;
const isDue = () => !document.hidden && includesNow(view.peek().range, today()) && isOld();

let recovery: ReturnType<typeof setTimeout> | undefined;

/** While one path is blocked and others answer, each response seems to end an outage: refreshing at once would go round without a pause. */
function refreshAfterOutage(): void {
  const waitMs = Math.min(retryMs, refreshedAt + retryMs - Date.now());
  recovery ??= setTimeout(() => {
    recovery = undefined;
    if (isReachable.peek()) refresh();
  }, waitMs);
}

let isChecking = false;

/** Checks with one small request. The page's own queries would be aborted by the next attempt before a slow response arrives. */
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
      refreshAfterOutage();
    };
  });
}
