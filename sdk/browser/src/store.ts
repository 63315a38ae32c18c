import { safely } from './safely.js';

/** A key-value store: localStorage where it is available and has room, otherwise memory. */
export type Store = readonly [
  get: (key: string) => string | undefined,
  set: (key: string, value: string | number) => void,
  remove: (key: string) => void,
  /** Keys with this prefix, sorted. */
  keys: (start: string) => string[],
  /**
   * True: use localStorage from now on, and move the contents of memory into it. False, the initial state: memory only;
   * localStorage is not even read.
   */
  persist: (may: boolean) => void,
];

export function createStore(): Store {
  let area: Record<string, string | number> = {};
  /** Values for which localStorage had no room. */
  const surplus: typeof area = {};
  return [
    (key) => (area[key] ?? surplus[key]) as string | undefined,
    (key, value) => {
      try {
        area[key] = value;
      } catch {
        // The old value must not hide this one.
        delete area[key];
        surplus[key] = value;
      }
    },
    (key) => {
      delete area[key];
      delete surplus[key];
    },
    (start) => [...Object.keys(area), ...Object.keys(surplus)].filter((key) => key.startsWith(start)).sort(),
    // Throws where localStorage is blocked or disabled.
    safely((may) => {
      area = may ? Object.assign(localStorage, area) : {};
    }),
  ];
}
