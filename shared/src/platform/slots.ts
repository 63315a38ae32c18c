export interface Slots {
  /** Runs `work` as soon as fewer than the given number of others are running; first come, first served. */
  run<T>(work: () => Promise<T>): Promise<T>;
}

/** Lets `count` pieces of work run at a time; the others wait in memory, so what queues here must be bounded elsewhere. */
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
        // The slot is handed on without being free in between, so that a newcomer cannot overtake.
        if (next) next();
        else free += 1;
      }
    },
  };
}
