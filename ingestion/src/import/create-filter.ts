/** The filters of `--hostname` and `--path`. */
import type { LogRecord } from './formats/log-record.js';
import { normalizeEncoding } from './parse-request.js';

export interface FilterOptions {
  /** Patterns in which `*` matches any text; an empty list matches everything. */
  hostnames: readonly string[];
  paths: readonly string[];
}

/** A record must match one pattern of each list; a line without a hostname matches no hostname pattern. */
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
 * Whether `text` consists of `pieces` in order, with any text between them. Takes the first occurrence of each piece, which is
 * always correct and needs linear time; a regular expression with several `.*` would backtrack.
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
