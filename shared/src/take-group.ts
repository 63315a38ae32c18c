/** Turns what waits, first come first, into the group that goes next. */

export interface GroupSize {
  events: number;
  characters: number;
}

/** Removes from the front of `waiting` what fits within `limits`, and at least one item, since the first must go some time. */
export function takeGroup<T>(waiting: T[], sizeOf: (item: T) => GroupSize, limits: GroupSize): T[] {
  let events = 0;
  let characters = 0;
  let taken = 0;
  for (const item of waiting) {
    const size = sizeOf(item);
    events += size.events;
    characters += size.characters;
    if (taken > 0 && (events > limits.events || characters > limits.characters)) break;
    taken += 1;
  }
  return waiting.splice(0, taken);
}
