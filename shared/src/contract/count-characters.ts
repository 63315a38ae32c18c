/** True if `text` has more than `max` code points, the unit in which people count: an emoji is one. Only long texts are counted. */
export function hasMoreCharacters(text: string, max: number): boolean {
  if (text.length <= max) return false;
  if (text.length > 2 * max) return true;
  let characters = 0;
  for (const _character of text) characters += 1;
  return characters > max;
}
