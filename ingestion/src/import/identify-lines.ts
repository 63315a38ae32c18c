/** Event ids of log lines, from their content, so that a line that is imported again is the same event. */
import { createHash } from 'node:crypto';
import type { LogLine } from './read-lines.js';

export type Identity = 'content' | 'line-number';

/** Far more than the lines of a few seconds, within which equal lines occur. Twice as many take about 50 MB. */
const REMEMBERED_LINES = 250_000;

/**
 * Returns a function that must be called for each line of a file in order. Ids are UUIDs from the SHA-256 of the source and the
 * line's bytes and, from the second equal line on, its ordinal. Two equal lines with more than {@link REMEMBERED_LINES} other lines
 * between them are the same event: servers write equal lines close together, so such a file was joined from overlapping ones.
 * Identity `line-number` produces the ids of releases before 0.4.0.
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

/** Counts how often each number occurred, including now. Remembers the last `limit` to 2 × `limit` distinct numbers. */
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

/** A UUIDv8 from a SHA-256 hash (RFC 9562, appendix B.2). */
function toUuid(hash: Buffer): string {
  hash[6] = (hash[6]! & 0x0f) | 0x80;
  hash[8] = (hash[8]! & 0x3f) | 0x80;
  const hex = hash.toString('hex', 0, 16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
