export interface GroupSize {
  events: number;
  characters: number;
}

/**
 * Removes items from the front of `waiting` while they are within `limits` and compatible with the first one. Takes at least one
 * item, even if that alone is too large, because it has to be processed some time.
 */
export function takeGroup<T>(
  waiting: T[],
  sizeOf: (item: T) => GroupSize,
  limits: GroupSize,
  isCompatible: (item: T, first: T) => boolean = () => true,
): T[] {
  let events = 0;
  let characters = 0;
  let taken = 0;
  for (const item of waiting) {
    const size = sizeOf(item);
    events += size.events;
    characters += size.characters;
    if (taken > 0 && (events > limits.events || characters > limits.characters)) break;
    if (!isCompatible(item, waiting[0]!)) break;
    taken += 1;
  }
  return waiting.splice(0, taken);
}
