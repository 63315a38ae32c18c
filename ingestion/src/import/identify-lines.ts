/** What makes a line the same event wherever it stands: its own bytes, and which of its equals in the file it is. */
import { createHash } from 'node:crypto';
import type { LogLine } from './read-lines.js';

export type Identity = 'content' | 'line-number';

/** Far more than a server writes while a second's lines may still come in. Twice so many take about 50 MB. */
const REMEMBERED_LINES = 250_000;

/**
 * Gives the ids of one file's lines, in order: UUIDs from SHA-256 of the source and the line's bytes, and of its ordinal
 * from the second equal line on. Where more than {@link REMEMBERED_LINES} other lines lie between two equal ones, they
 * are one event: servers write equal lines close together, and a file that holds them far apart was joined of
 * overlapping ones. Identity `line-number` gives the ids of releases before 0.4.0.
 */
export function createLineIds(source: string, identity: Identity): (line: LogLine) => string {
  if (identity === 'line-number') {
    return (line) => toUuid(sha256(`${line.number}\n${line.bytes.toString('utf8')}`));
  }
  const countEqual = createEqualsCount(REMEMBERED_LINES);
  return (line) => {
    const own = createHash('sha256').update(`${source}\n`).update(line.bytes).digest();
    const ordinal = countEqual(own.readUIntBE(16, 6));
    return toUuid(ordinal === 1 ? own : createHash('sha256').update(own).update(String(ordinal)).digest());
  };
}

/** Counts how often it was given a number, this time included. Remembers the last `limit` to 2 × `limit` different ones. */
export function createEqualsCount(limit: number): (value: number) => number {
  let recent = new Map<number, number>();
  let older = new Map<number, number>();
  return (value) => {
    const count = 1 + (recent.get(value) ?? older.get(value) ?? 0);
    if (recent.size >= limit) [older, recent] = [recent, new Map()];
    recent.set(value, count);
    return count;
  };
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** A name-based UUID from SHA-256: version 8, made as RFC 9562, appendix B.2 describes. */
function toUuid(hash: Buffer): string {
  hash[6] = (hash[6]! & 0x0f) | 0x80;
  hash[8] = (hash[8]! & 0x3f) | 0x80;
  const hex = hash.toString('hex', 0, 16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
