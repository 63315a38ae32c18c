export interface Slots {
  /** Runs `work` as soon as a slot is free, in the order of the calls. */
  run<T>(work: () => Promise<T>): Promise<T>;
}

/** Runs at most `count` pieces of work at a time. Waiting calls are kept in memory, so callers must bound their number. */
export function createSlots(count: number): Slots {
  const waiting: (() => void)[] = [];
  let free = count;
  return {
    async run(work) {
      if (free > 0) free -= 1;
      else await new Promise<void>((start) => waiting.push(start));
      try {
        return await work();
      } finally {
        const next = waiting.shift();
        // The slot goes straight to the next in line, so that a newcomer cannot overtake.
        if (next) next();
        else free += 1;
      }
    },
  };
}
