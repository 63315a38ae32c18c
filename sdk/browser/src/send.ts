import {
  claimMs,
  firstDelayMs,
  manyEvents,
  maxBatchEvents,
  maxBytesInFlight,
  maxPauseMs,
  maxWaitMs,
} from './limits.js';
import type { Options } from './options.js';
import { createQueue } from './queue.js';
import { on, safely } from './safely.js';
import type { Store } from './store.js';

/** Sends the queue, one request after another, until the server has answered for every event. */
export function createSender({ endpoint, key, debug }: Options, store: Store, prefix: string, maySend: () => boolean) {
  const url = endpoint.replace(/\/?$/, '/events') + (key ? `?key=${key}` : '');
  const [keep, take, release] = createQueue(store, `${prefix}events:`);
  const [get, set, remove] = store;
  const waitKey = `${prefix}wait`;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let pendingMs = Infinity;
  let batchLimit = maxBatchEvents;
  let bytesInFlight = 0;
  let failures = 0;
  let unreachableUntil = 0;

  /** A `Retry-After` of the server applies to all tabs and later pages; the pause after a network error only to this page. */
  const waitMs = (): number => {
    const retryAfterMs = ((get(waitKey) ?? 0) as number) - Date.now();
    return Math.max(retryAfterMs > maxWaitMs ? 0 : retryAfterMs, unreachableUntil - performance.now());
  };

  /** Doubles each time, plus or minus half, so that visitors do not all return at once. */
  const pauseMs = (): number => Math.min(maxPauseMs, 1000 * 2 ** failures++) * (0.5 + Math.random());

  /** Schedules `send`: after the wait, and at the earliest time of all calls; slightly randomized so that tabs do not collide. */
  const sendIn = (ms: number): void => {
    if (ms >= pendingMs) return;
    pendingMs = ms;
    clearTimeout(timer);
    timer = setTimeout(send, Math.max(ms, waitMs()) * (1 + Math.random() / 10));
  };

  /** Sends a batch now or, while the page is hidden and may not return, everything. */
  const send = safely((): unknown => {
    pendingMs = Infinity;
    if (!maySend() || (bytesInFlight && !document.hidden)) return undefined;
    if (waitMs() > 0) return sendIn(0);
    const [keys, texts, bytes, nextMs] = take(batchLimit, maxBytesInFlight - bytesInFlight);
    if (bytes) {
      void post(keys, texts, bytes);
      send();
    } else sendIn(nextMs);
  });

  const post = async (keys: string[], texts: string[], bytes: number): Promise<void> => {
    const body = `{"events":[${texts}],"sent_at":"${new Date().toISOString()}"}`;
    bytesInFlight += bytes;
    try {
      const signal = AbortSignal.timeout?.(claimMs);
      const response = await fetch(url, { method: 'POST', body, keepalive: true, credentials: 'omit', signal });
      const { ok, status } = response;
      if (/408|429|5../.test(status as unknown as string)) {
        const askedMs = (response.headers.get('retry-after') as unknown as number) * 1000 || 0;
        if (maySend()) set(waitKey, Date.now() + Math.min(maxWaitMs, Math.max(askedMs, pauseMs())));
      } else if (status === 413 && keys[1]) batchLimit = keys.length / 2;
      else {
        // Throws if the response was truncated or did not come from Millrace.
        const refused = ok ? (await response.json()).rejected : await response.text();
        // biome-ignore lint/suspicious/noConsole: the site's owner has turned it on
        if (debug && refused?.length) console.warn('millrace:', status, refused);
        if (!ok) batchLimit = maxBatchEvents;
        failures = 0;
        keys.forEach(remove);
        keys = [];
      }
    } catch {
      unreachableUntil = performance.now() + pauseMs();
      // A beacon has no response: its events stay claimed for a while, and are then sent again.
      safely(() => {
        if (document.hidden && navigator.sendBeacon(url, body)) keys = [];
      })();
    }
    bytesInFlight -= bytes;
    release(keys);
    send();
  };

  on('online', () => {
    unreachableUntil = failures = 0;
    pendingMs = Infinity;
    sendIn(firstDelayMs);
  });
  // Another tab has events; if it closes before sending them, this one does.
  on('storage', () => sendIn(claimMs));
  // Sends what earlier pages left behind.
  sendIn(firstDelayMs);

  const add = (json: string): void => {
    const waiting = keep(json);
    if (document.hidden) queueMicrotask(send);
    else sendIn(waiting < manyEvents ? firstDelayMs : 0);
  };
  return [add, send] as const;
}
