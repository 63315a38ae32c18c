import { claimMs, maxEvents } from './limits.js';
import type { Store } from './store.js';

/** When an event was taken that never was; thirteen digits like any time until 2286, so that a claim needs no room of its own. */
const never = 1e12;

/** Milliseconds since the time with which a text begins. */
export const sinceMs = (text = ''): number => Date.now() - Number(text.slice(0, 13));

/**
 * Events that wait, each under a key of its own (`start`, time, a random number): tabs that write at the same moment cannot overwrite
 * each other's. A value is the time when it was taken last, and the JSON.
 */
export function createQueue(store: Store, start: string) {
  const jsonOf = (key: string) => store.get(key)?.slice(13) ?? '';

  /** Keeps an event; the oldest goes where there are too many. Returns how many there are. */
  const add = (json: string): number => {
    store.set(start + Date.now() + Math.random(), never + json);
    const keys = store.keys(start);
    keys.slice(0, -maxEvents).forEach(store.remove);
    return keys.length;
  };

  /**
   * Claims up to `most` events of together at most `maxBytes` as UTF-8, oldest first. Returns their keys, their JSON, its bytes,
   * and after how many milliseconds an event can be taken that somebody else is sending (0 where there is none).
   */
  const take = (most: number, maxBytes: number) => {
    const keys: string[] = [];
    const texts: string[] = [];
    let bytes = 0;
    let nextMs = 0;
    for (const key of store.keys(start)) {
      const json = jsonOf(key);
      const size = new Blob([json]).size + 1;
      const takenMs = sinceMs(store.get(key));
      // A clock that was set back must not keep an event for ever.
      if (Math.abs(takenMs) < claimMs) nextMs = claimMs - takenMs;
      else if (keys.length < most && bytes + size <= maxBytes) {
        bytes += size;
        keys.push(key);
        texts.push(json);
        store.set(key, Date.now() + json);
      }
    }
    return [keys, texts, bytes, nextMs] as const;
  };

  /** Leaves those that are still there to whoever comes next. */
  const release = (keys: string[]): void => {
    for (const key of keys) if (jsonOf(key)) store.set(key, never + jsonOf(key));
  };

  return [add, take, release] as const;
}
