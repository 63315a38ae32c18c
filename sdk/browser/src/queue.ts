import { claimMs, maxEventLength, maxEvents } from './limits.js';
import type { Store } from './store.js';

/**
 * Events that wait, each under a key of its own (`start`, time, a random number): tabs that write at the same moment cannot overwrite
 * each other's. A value is the time when a page last laid claim to the event, and the JSON.
 */
export function createQueue(store: Store, start: string) {
  /** Claims of this page to events that it is not sending just now. */
  const claims: Record<string, number> = {};
  const claimedAt = (key: string) => parseFloat(store.get(key) as string);

  /** Keeps an event, unless it is larger than the server takes; the oldest goes where there are too many. Returns how many there are. */
  const add = (json: string): number => {
    const key = start + Date.now() + Math.random();
    if (json.length < maxEventLength) store.set(key, Date.now() + json);
    claims[key] = claimedAt(key);
    const keys = store.keys(start);
    keys.slice(0, -maxEvents).forEach(store.remove);
    return keys.length;
  };

  /**
   * Takes up to `most` events of together at most `maxBytes` as UTF-8, oldest first. Returns their keys, their JSON, its bytes,
   * and after how many milliseconds the claim of another page ends (0 where there is none).
   */
  const take = (most: number, maxBytes: number) => {
    const keys: string[] = [];
    const texts: string[] = [];
    let bytes = 0;
    let nextMs = 0;
    for (const key of store.keys(start)) {
      const json = (store.get(key) as string).replace(/[^{]+/, '');
      const size = new Blob([json]).size + 1;
      const ageMs = Date.now() - claimedAt(key);
      // A clock that was set back must not keep an event for ever.
      if (claims[key] !== claimedAt(key) && Math.abs(ageMs) < claimMs) nextMs = claimMs - ageMs;
      else if (keys.length < most && bytes + size <= maxBytes) {
        bytes += size;
        keys.push(key);
        texts.push(json);
        store.set(key, Date.now() + json);
        delete claims[key];
      }
    }
    return [keys, texts, bytes, nextMs] as const;
  };

  /** Has them taken again by this page. */
  const release = (keys: string[]): void => {
    for (const key of keys) claims[key] = claimedAt(key);
  };

  return [add, take, release] as const;
}
