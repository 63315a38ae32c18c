/** Cleanup functions, which run in reverse order. */
export interface ClosingList {
  add(close: () => Promise<void> | void): void;
  /** Runs every closer once, even if one fails. The first failure is thrown at the end. */
  closeAll(): Promise<void>;
}

export function createClosingList(): ClosingList {
  const closers: (() => Promise<void> | void)[] = [];
  async function closeAll(): Promise<void> {
    const failures: unknown[] = [];
    for (let close = closers.pop(); close; close = closers.pop()) {
      try {
        await close();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }
  return { add: (close) => void closers.push(close), closeAll };
}
