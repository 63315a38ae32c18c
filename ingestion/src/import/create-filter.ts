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
  const fitsHost = anyOf(hostnames, 'i');
  const fitsPath = anyOf(paths.map(normalizeEncoding), '');
  return ({ hostname, target }) => fitsHost(hostname) && fitsPath(target.replace(/\?.*$/s, ''));
}

function anyOf(patterns: readonly string[], flags: string): (text: string | null) => boolean {
  if (patterns.length === 0) return () => true;
  const expressions = patterns.map(
    (pattern) => new RegExp(`^${literal(pattern).replace(/(?:\\\*)+/g, '.*')}$`, `s${flags}`),
  );
  return (text) => text !== null && expressions.some((expression) => expression.test(text));
}

function literal(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
