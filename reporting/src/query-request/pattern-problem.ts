/** Turns a regular expression into what is not allowed in it, or into nothing; whether it is one at all says Postgres. */

/**
 * Refused is what makes matching slow without bound (back-references), what needs a scan per character (look-around) and
 * what changes the rules of the rest (`***`, `(?i)`). Square brackets are not looked into: there, too, `(?` has to be
 * written apart, for example `[?(]`.
 */
export function patternProblem(pattern: string): string | undefined {
  if (pattern.startsWith('***')) return 'must not begin with ***';
  for (let index = 0; index < pattern.length; index += 1) {
    if (pattern[index] === '\\') {
      if (/[1-9]/.test(pattern[index + 1] ?? '')) return 'must not refer back to a group';
      index += 1;
    } else if (pattern.startsWith('(?', index) && pattern[index + 2] !== ':') {
      return /^\(\?<?[=!]/.test(pattern.slice(index, index + 4))
        ? 'must not look ahead or behind'
        : 'must not have options in it, such as (?i); {"case_sensitive": false} behind the values ignores capitals';
    }
  }
  return undefined;
}
