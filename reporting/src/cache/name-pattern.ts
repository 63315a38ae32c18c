/** Patterns for names of answers, in which each `*` matches any text. */
import { refusal } from '../query-request/refuse.js';

const limits = { characters: 64, stars: 3 };

/** @throws ServiceError `invalid_request`. */
export function parsePattern(sent: unknown): string {
  if (typeof sent !== 'string' || sent === '') throw refusal(['pattern'], 'must be text such as user-growth*');
  if (sent.length > limits.characters) throw refusal(['pattern'], `must have at most ${limits.characters} characters`);
  if (sent.split('*').length - 1 > limits.stars) throw refusal(['pattern'], `must have at most ${limits.stars} stars`);
  if (sent.includes('\0') || !sent.isWellFormed())
    throw refusal(['pattern'], 'must not contain NUL or unpaired surrogates');
  return sent;
}

/** The pattern for SQL `like`. */
export const likeOf = (pattern: string): string => pattern.replace(/[\\%_]/g, '\\$&').replaceAll('*', '%');

export function matchesPattern(name: string, pattern: string): boolean {
  const [first, ...rest] = pattern.split('*') as [string, ...string[]];
  if (rest.length === 0) return name === first;
  const last = rest.pop()!;
  if (!name.startsWith(first)) return false;
  let at = first.length;
  for (const part of rest) {
    const found = name.indexOf(part, at);
    if (found === -1) return false;
    at = found + part.length;
  }
  return name.length - at >= last.length && name.endsWith(last);
}
