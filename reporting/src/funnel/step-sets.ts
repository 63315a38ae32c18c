/** Sets of steps of a funnel as bits, and the runs of successive steps that they are part of. */

/** The place among all runs of two steps or more, of at most 8: they go from step `first` to step `last`, counted from 1. */
export const placeOfRun = (first: number, last: number): number => ((last - 1) * (last - 2)) / 2 + first - 1;

export interface StepSets {
  /** Every set that is not empty: bit i is step i + 1. */
  sets: number[];
  /** How many steps it has. */
  sizes: number[];
  /** A bit for each run that contains the whole set, at {@link placeOfRun}. */
  blocks: number[];
}

export function stepSets(steps: number): StepSets {
  const sets = Array.from({ length: 2 ** steps - 1 }, (_, index) => index + 1);
  const stepsOf = (set: number) =>
    Array.from({ length: steps }, (_, index) => index + 1).filter((step) => set & (1 << (step - 1)));
  const blocksOf = (set: number): number => {
    const inSet = stepsOf(set);
    let blocks = 0;
    for (let last = Math.max(2, inSet.at(-1)!); last <= steps; last += 1) {
      for (let first = Math.min(inSet[0]!, last - 1); first >= 1; first -= 1) blocks |= 1 << placeOfRun(first, last);
    }
    return blocks;
  };
  return { sets, sizes: sets.map((set) => stepsOf(set).length), blocks: sets.map(blocksOf) };
}
