/** Length of texts as people count it: in code points, of which an emoji is one. */

/** True when `text` has more than `most` code points; long texts only are counted at all. */
export function hasMoreCharacters(text: string, most: number): boolean {
  if (text.length <= most) return false;
  if (text.length > 2 * most) return true;
  let characters = 0;
  for (const _character of text) characters += 1;
  return characters > most;
}
