import { safely } from './safely.js';

/** Texts by their keys, in localStorage where it may be used and has room, else in memory. */
export type Store = readonly [
  get: (key: string) => string | undefined,
  set: (key: string, value: string | number) => void,
  remove: (key: string) => void,
  /** Keys that begin with `start`, in order. */
  keys: (start: string) => string[],
  /** True: from now on localStorage, where what is in memory moves to; false, as at first: memory, and localStorage is not even read. */
  persist: (may: boolean) => void,
];

export function createStore(): Store {
  let area: Record<string, string | number> = {};
  /** What localStorage had no room for. */
  const surplus: typeof area = {};
  return [
    (key) => (area[key] ?? surplus[key]) as string | undefined,
    (key, value) => {
      try {
        area[key] = value;
      } catch {
        // The old value must not be read instead of this one.
        delete area[key];
        surplus[key] = value;
      }
    },
    (key) => {
      delete area[key];
      delete surplus[key];
    },
    (start) => [...Object.keys(area), ...Object.keys(surplus)].filter((key) => key.startsWith(start)).sort(),
    // Fails where localStorage is blocked or switched off.
    safely((may) => {
      area = may ? Object.assign(localStorage, area) : {};
    }),
  ];
}
