/** Finds what is not allowed in a regular expression. Whether it is valid at all is for Postgres to decide. */

/**
 * Refuses what makes matching arbitrarily slow (back-references), needs a scan per character (lookaround) or changes how the rest is
 * read (`***`, `(?i)`). Bracket expressions are not parsed, so a `(?` in one must be split, for example `[?(]`.
 */
export function patternProblem(pattern: string): string | undefined {
  if (pattern.startsWith('***')) return 'must not start with ***';
  for (let index = 0; index < pattern.length; index += 1) {
    if (pattern[index] === '\\') {
      if (/[1-9]/.test(pattern[index + 1] ?? '')) return 'must not contain back-references';
      index += 1;
    } else if (pattern.startsWith('(?', index) && pattern[index + 2] !== ':') {
      return /^\(\?<?[=!]/.test(pattern.slice(index, index + 4))
        ? 'must not contain lookahead or lookbehind'
        : 'must not contain options such as (?i); to ignore case, add {"case_sensitive": false} after the values';
    }
  }
  return undefined;
}
