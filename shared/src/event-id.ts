/** Turns a client's event id, or none, into the UUID that makes a retry the same row. */
import { randomFillSync } from 'node:crypto';
import { v5, v7, validate } from 'uuid';

/** Namespace of event ids that are not UUIDs (RFC 9562, version 5). Fixed for ever: another one would store retries twice. */
const namespace = '6d8a1c9e-53f4-5b0e-9d53-2f1f3a4c7b10';

const pool = Buffer.alloc(16 * 256);
let used = pool.length;

/** Sixteen random bytes from a pool, since one system call for each event costs more than the rest of the id. */
function randomBytes(): Uint8Array {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += 16;
  return pool.subarray(used - 16, used);
}

/** A new UUIDv7: sorted by time, so that the index of events grows at its end. */
export function newId(nowMs: number): string {
  return v7({ msecs: nowMs, random: randomBytes() });
}

/** A UUID is kept (in lower case), any other string becomes a name-based UUID, none becomes a UUIDv7. */
export function toEventId(given: string | undefined, nowMs: number): string {
  if (given === undefined) return newId(nowMs);
  return validate(given) ? given.toLowerCase() : v5(given.toWellFormed(), namespace);
}
