const CONTROLS = /\p{Cc}+/gu;

/**
 * Removes control characters and surrounding white space, truncates to `most` code points, and replaces lone surrogates by U+FFFD.
 * Undefined if nothing is left.
 */
export function cleanText(text: string, most: number): string | undefined {
  const clean = text
    .slice(0, 4 * most)
    .replace(CONTROLS, ' ')
    .trim()
    .toWellFormed();
  if (clean.length <= most) return clean || undefined;
  return Array.from(clean).slice(0, most).join('').trimEnd();
}
