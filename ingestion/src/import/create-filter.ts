/** Which records `--hostname` and `--path` let through. */
import type { LogRecord } from './formats/log-record.js';
import { normalizeEncoding } from './parse-request.js';

export interface FilterOptions {
  /** Patterns in which `*` stands for any text; an empty list lets everything through. */
  hostnames: readonly string[];
  paths: readonly string[];
}

/** A record passes when one pattern of each list fits; a line without a hostname fits none. */
export function createFilter({ hostnames, paths }: FilterOptions): (record: LogRecord) => boolean {
  const fitsHost = anyOf(hostnames, (name) => name.toLowerCase());
  const fitsPath = anyOf(paths.map(normalizeEncoding), (path) => path);
  return ({ hostname, target }) => fitsHost(hostname) && fitsPath(target.replace(/\?.*$/s, ''));
}

function anyOf(patterns: readonly string[], fold: (text: string) => string): (text: string | null) => boolean {
  if (patterns.length === 0) return () => true;
  const parted = patterns.map((pattern) => fold(pattern).split('*'));
  return (text) => text !== null && parted.some((pieces) => fits(pieces, fold(text)));
}

/**
 * Whether `text` is made of `pieces` in their order with anything between them. Each is taken where it first stands, which is never
 * wrong, so that no line takes longer than its length: an expression with several `.*` would try all the ways to part it.
 */
function fits(pieces: readonly string[], text: string): boolean {
  const [first = '', ...more] = pieces;
  const last = more.pop();
  if (last === undefined) return text === first;
  if (!text.startsWith(first)) return false;
  let at = first.length;
  for (const piece of more) {
    const found = text.indexOf(piece, at);
    if (found === -1) return false;
    at = found + piece.length;
  }
  return text.length - last.length >= at && text.endsWith(last);
}
