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

/** Sends what waits in the queue, request after request, until the server has answered for everything. */
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

  /** What the server asked for holds for all tabs and later pages; that it could not be reached, for this page only. */
  const waitMs = (): number => {
    const askedMs = ((get(waitKey) ?? 0) as number) - Date.now();
    return Math.max(askedMs > maxWaitMs ? 0 : askedMs, unreachableUntil - performance.now());
  };

  /** Twice as long each time, and up to half more or less, so that not all visitors come back together. */
  const pauseMs = (): number => Math.min(maxPauseMs, 1000 * 2 ** failures++) * (0.5 + Math.random());

  /** Never before the wait is over, else at the earliest time of all calls; never at the same moment as another tab. */
  const sendIn = (ms: number): void => {
    if (ms >= pendingMs) return;
    pendingMs = ms;
    clearTimeout(timer);
    timer = setTimeout(send, Math.max(ms, waitMs()) * (1 + Math.random() / 10));
  };

  /** Sends now what may be sent now: a batch, or while the page is hidden and may not come back, all that it may. */
  const send = safely((): unknown => {
    pendingMs = Infinity;
    if (!maySend() || (bytesInFlight && !document.hidden)) return undefined;
    if (waitMs() > 0) return sendIn(0);
    const [keys, texts, bytes, nextMs] = take(batchLimit, maxBytesInFlight - bytesInFlight);
    if (bytes) {
      post(keys, texts, bytes);
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
        // Throws if the answer was cut off or did not come from Millrace.
        const refused = ok ? (await response.json()).rejected : await response.text();
        // biome-ignore lint/suspicious/noConsole: the page's owner has asked for it
        if (debug && refused?.length) console.warn('millrace:', status, refused);
        if (!ok) batchLimit = maxBatchEvents;
        failures = 0;
        keys.forEach(remove);
        keys = [];
      }
    } catch {
      unreachableUntil = performance.now() + pauseMs();
      // A beacon has no answer: its events stay claimed for a while, and are sent again.
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
  // Another tab has events; if it is closed before they have arrived, this one sends them.
  on('storage', () => sendIn(claimMs));
  // What earlier pages have left.
  sendIn(firstDelayMs);

  const add = (json: string): void => {
    const waiting = keep(json);
    if (document.hidden) queueMicrotask(send);
    else sendIn(waiting < manyEvents ? firstDelayMs : 0);
  };
  return [add, send] as const;
}
