import { claimMs, maxAgeMs, maxEventLength, maxEvents } from './limits.js';
import type { Store } from './store.js';

/**
 * Events that wait, each under a key of its own (`start`, time, a random number): tabs that write at the same moment cannot overwrite
 * each other's. A value is the time when a page last laid claim to the event, and the JSON.
 */
export function createQueue([get, set, remove, allKeys]: Store, start: string) {
  /** Claims of this page to events that it is not sending just now. */
  const claims: Record<string, number> = {};
  /** Always six digits before the point, so that the events of a millisecond keep their order. */
  let number = 1e5 + Math.random();
  const claimedAt = (key: string) => parseInt(get(key) as string);

  /** Has them taken again by this page. */
  const release = (keys: string[]): void => {
    for (const key of keys) claims[key] = claimedAt(key);
  };

  /** Keeps an event, unless it is larger than the server takes; the oldest goes where there are too many. Returns how many there are. */
  const add = (json: string): number => {
    const key = start + Date.now() + number++;
    if (json.length < maxEventLength) set(key, Date.now() + json);
    release([key]);
    const keys = allKeys(start);
    keys.slice(0, -maxEvents).forEach(remove);
    return keys.length;
  };

  /**
   * Takes up to `most` events, oldest first, of at most `maxBytes` in total as UTF-8. Returns their keys, their JSON, its bytes,
   * and after how many milliseconds the claim of another page ends (Infinity where there is none).
   */
  const take = (most: number, maxBytes: number) => {
    const keys: string[] = [];
    const texts: string[] = [];
    let bytes = 0;
    let nextMs = Infinity;
    for (const key of allKeys(start)) {
      const json = (get(key) as string).replace(/[\d.]+/, '');
      const size = new Blob([json]).size + 1;
      const ageMs = Date.now() - claimedAt(key);
      // Times have the same number of digits until the year 2286.
      if (key < start + (Date.now() - maxAgeMs)) remove(key);
      // A clock that was set back must not keep an event for ever.
      else if (claims[key] !== claimedAt(key) && Math.abs(ageMs) < claimMs) nextMs = claimMs - ageMs;
      else if (keys.length < most && bytes + size <= maxBytes) {
        bytes += size;
        keys.push(key);
        texts.push(json);
        set(key, Date.now() + json);
        delete claims[key];
      }
    }
    return [keys, texts, bytes, nextMs] as const;
  };

  return [add, take, release] as const;
}
