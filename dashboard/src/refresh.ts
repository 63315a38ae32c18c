/** Asks for figures again: each minute where now is part of what is shown, and as soon as they can be had again after they could not. */
import { effect } from '@preact/signals';
import { isReachable } from './api.ts';
import { includesNow } from './range/beside-range.ts';
import { today } from './range/zone.ts';
import { loadSession, session } from './session.ts';
import { newest, refreshes } from './use-asked.ts';
import { view } from './view.ts';

const everyMs = 60_000;
/** How often a Millrace that does not answer is asked. */
const retryMs = 5_000;

/** In milliseconds since 1970. */
let refreshedAt = Date.now();

function refresh(): void {
  if (document.hidden) return;
  refreshedAt = Date.now();
  refreshes.value += 1;
  // Nothing asks for it by itself.
  if (!session.value) void loadSession();
}

const isOld = () => Date.now() - Math.max(refreshedAt, newest.peek()?.at ?? 0) >= everyMs;
const isDue = () => includesNow(view.peek().range, today()) && isOld();

export function keepFresh(): void {
  setInterval(() => isDue() && refresh(), everyMs / 6);
  document.addEventListener('visibilitychange', () => isDue() && refresh());
  for (const type of ['online', 'offline']) addEventListener(type, refresh);
  effect(() => {
    if (isReachable.value) return;
    const timer = setInterval(refresh, retryMs);
    return () => clearInterval(timer);
  });
}
