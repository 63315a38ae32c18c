/** Texts that others wrote, in the form that a column keeps. */

const CONTROLS = /\p{Cc}+/gu;

/**
 * `text` without control characters and without space around it, cut to `most` code points; lone surrogates become U+FFFD.
 * Undefined when nothing is left.
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
