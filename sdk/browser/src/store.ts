/** Texts by their keys, in localStorage where it may be used and has room, else in memory. */
export interface Store {
  get(key: string): string | undefined;
  set(key: string, value: string): void;
  remove(key: string): void;
  /** Keys that begin with `start`, in order. */
  keys(start: string): string[];
  /** True: from now on localStorage, where what is in memory moves to; false, as in the beginning: memory, and localStorage is not even read. */
  persist(may: boolean): void;
}

export function createStore(): Store {
  let area: Record<string, string> = {};
  /** What localStorage had no room for. */
  const surplus: Record<string, string> = {};
  return {
    get: (key) => area[key] ?? surplus[key],
    set(key, value) {
      try {
        area[key] = value;
      } catch {
        surplus[key] = value;
      }
    },
    remove(key) {
      delete area[key];
      delete surplus[key];
    },
    keys: (start) => [...Object.keys(area), ...Object.keys(surplus)].filter((key) => key.startsWith(start)).sort(),
    persist(may) {
      try {
        // Throws where it is blocked or switched off.
        area = may ? Object.assign(localStorage, area) : {};
      } catch {}
    },
  };
}
