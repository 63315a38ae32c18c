import { randomFillSync } from 'node:crypto';
import { v5, validate } from 'uuid';

/** Namespace of event ids that are not UUIDs (RFC 9562, version 5). Never change it: retries would be stored twice. */
const namespace = '6d8a1c9e-53f4-5b0e-9d53-2f1f3a4c7b10';

/** Random hexadecimal digits, generated in bulk: a system call per event costs more than the rest of the id. */
const pool = Buffer.alloc(10 * 512);
let randomDigits = '';
let used = 0;
/** 74 random bits, and six that the version and the variant overwrite. */
const digitsOfId = 20;

let stamp = { ms: Number.NaN, text: '' };

/** The 48-bit timestamp with its hyphen. */
function stampOf(ms: number): string {
  if (stamp.ms !== ms) {
    const digits = ms.toString(16).padStart(12, '0');
    stamp = { ms, text: `${digits.slice(0, 8)}-${digits.slice(8)}` };
  }
  return stamp.text;
}

const variants = '89ab';

/**
 * A new UUIDv7 (RFC 9562, section 5.7): sorted by time, so that the index of events grows at its end. Implemented here because
 * every event without an id needs one, and a library that works on bytes takes four times as long.
 */
export function newId(nowMs: number): string {
  if (used + digitsOfId > randomDigits.length) {
    randomDigits = randomFillSync(pool).toString('hex');
    used = 0;
  }
  const start = used;
  used += digitsOfId;
  const variant = variants[Number.parseInt(randomDigits.charAt(start), 16) & 3];
  const [third, fourth, last] = [start + 4, start + 7, start + 20];
  return `${stampOf(nowMs)}-7${randomDigits.slice(start + 1, third)}-${variant}${randomDigits.slice(third, fourth)}-${randomDigits.slice(fourth + 1, last)}`;
}

/** The event's UUID, the same for a retry: a UUID is kept in lower case, any other string becomes a name-based UUID. Without an id, a new UUIDv7. */
export function toEventId(given: string | undefined, nowMs: number): string {
  if (given === undefined) return newId(nowMs);
  return validate(given) ? given.toLowerCase() : v5(given.toWellFormed(), namespace);
}
