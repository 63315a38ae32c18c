/** Lets one at a time do what the others wait for, and perhaps need not do any more. */

export interface Turns {
  /** True: it is the caller's turn, until it leaves. False: another one has left, after which the caller looks again. */
  enter(name: string, age: number): Promise<boolean>;
  leave(name: string): void;
}

interface Waiting {
  age: number;
  look(): void;
}

/** Who has the greatest `age` looks first: what it does may do for all others. */
export function createTurns(): Turns {
  const taken = new Map<string, Waiting[]>();
  return {
    enter(name, age) {
      const waiting = taken.get(name);
      if (waiting) return new Promise((resolve) => waiting.push({ age, look: () => resolve(false) }));
      taken.set(name, []);
      return Promise.resolve(true);
    },
    leave(name) {
      const waiting = taken.get(name) ?? [];
      taken.delete(name);
      for (const { look } of waiting.sort((a, b) => b.age - a.age)) look();
    },
  };
}
