import { describe, expect, it } from 'vitest';
import { likeOf, matchesPattern, parsePattern } from '../../src/cache/name-pattern.js';

const names = ['user-growth:demo:a1', 'user-growth:a%b_c:a1', 'top-items:demo:a1', 'query:user-growth:x', ''];

/** The same with a regular expression that is only used here. */
const slowly = (pattern: string) =>
  new RegExp(`^${pattern.replace(/[.*+?^${}()|[\]\\%_]/g, (sign) => (sign === '*' ? '[^]*' : `\\${sign}`))}$`);

describe('a pattern', () => {
  it.each([
    'user-growth*',
    '*',
    '*demo*',
    'user-growth:demo:a1',
    '*:a1',
    'u*d*1',
    'a%b',
    '*a%b_c*',
    '**',
    '*a1:a1',
    'u*u',
  ])('matches the same names in JavaScript as in Postgres: %s', (pattern) => {
    expect(names.filter((name) => matchesPattern(name, pattern))).toEqual(
      names.filter((name) => slowly(pattern).test(name)),
    );
  });

  it('escapes everything but stars for Postgres', () => {
    expect(likeOf('a%b_c\\d*')).toBe('a\\%b\\_c\\\\d%');
  });

  it.each([
    [undefined, 'pattern must be text such as user-growth*'],
    ['', 'pattern must be text such as user-growth*'],
    ['x'.repeat(65), 'pattern must have at most 64 characters'],
    ['*a*b*c*', 'pattern must have at most 3 stars'],
    ['a\0', 'pattern must not contain NUL or unpaired surrogates'],
  ])('is refused if it is %j', (given, message) => {
    expect(() => parsePattern(given)).toThrow(message);
  });
});
