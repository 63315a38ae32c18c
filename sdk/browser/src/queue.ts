import { claimMs, maxAgeMs, maxEventLength, maxEvents } from './limits.js';
import type { Store } from './store.js';

/**
 * The queue of unsent events. Each has its own key (`start`, time, a random number), so tabs that write at the same moment
 * cannot overwrite each other's. The value is the time of the last claim, followed by the JSON.
 */
export function createQueue([get, set, remove, allKeys]: Store, start: string) {
  /** Claims of this page to events that it is not currently sending. */
  const claims: Record<string, number> = {};
  /** Always six digits before the decimal point, so events of the same millisecond keep their order. */
  let number = 1e5 + Math.random();
  const claimedAt = (key: string) => parseInt(get(key) as string);

  /** Makes events available to the next `take` of this page. */
  const release = (keys: string[]): void => {
    for (const key of keys) claims[key] = claimedAt(key);
  };

  /**
   * Stores an event unless it is too large for the server, and drops the oldest beyond the limit. Returns the length of the
   * queue.
   */
  const add = (json: string): number => {
    const key = start + Date.now() + number++;
    if (json.length < maxEventLength) set(key, Date.now() + json);
    release([key]);
    const keys = allKeys(start);
    keys.slice(0, -maxEvents).forEach(remove);
    return keys.length;
  };

  /**
   * Claims up to `most` events, oldest first, with at most `maxBytes` in UTF-8. Returns their keys, their JSON, its size in
   * bytes, and the milliseconds until the claim of another page expires (Infinity if there is none).
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
      // Works until 2286, when timestamps get another digit.
      if (key < start + (Date.now() - maxAgeMs)) remove(key);
      // A clock that was set back must not keep an event forever.
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
