/** Turns what waits, first come first, into the group that goes next. */

export interface GroupSize {
  events: number;
  characters: number;
}

/**
 * Removes from the front of `waiting` what fits within `limits` and to the first item, and at least that one, since it must go some time.
 */
export function takeGroup<T>(
  waiting: T[],
  sizeOf: (item: T) => GroupSize,
  limits: GroupSize,
  fits: (item: T, first: T) => boolean = () => true,
): T[] {
  let events = 0;
  let characters = 0;
  let taken = 0;
  for (const item of waiting) {
    const size = sizeOf(item);
    events += size.events;
    characters += size.characters;
    if (taken > 0 && (events > limits.events || characters > limits.characters)) break;
    if (!fits(item, waiting[0]!)) break;
    taken += 1;
  }
  return waiting.splice(0, taken);
}
