/** Removes a user's events from the payload of a dead letter, which may be invalid JSON. */
import { isExactNumber, parseExactJson, stringifyExactJson } from '@millrace/shared/platform/exact-json';
import { type ErasedUser, type ScrubbedText, scrubBrokenText } from './scrub-broken-text.js';

interface Scrubbing {
  user: ErasedUser;
  /** Events removed so far. */
  erased: number;
}

/** A value with nothing left. */
const removed = Symbol('removed');

type Fields = Record<string, unknown>;

/**
 * Removes single events, events in arrays, and events in JSON strings, as in a whole job. The rest of a payload that our services
 * wrote keeps its bytes, as it is serialized the same way.
 */
export function scrubPayload(payload: string, user: ErasedUser): ScrubbedText {
  const scrubbing = { user, erased: 0 };
  const left = scrubText(payload, scrubbing);
  return { text: left === removed ? null : left, erased: scrubbing.erased };
}

function scrubValue(value: unknown, scrubbing: Scrubbing): unknown {
  if (typeof value === 'string') return scrubText(value, scrubbing);
  if (Array.isArray(value)) return scrubList(value, scrubbing);
  if (isExactNumber(value)) return value;
  return value !== null && typeof value === 'object' ? scrubObject(value as Fields, scrubbing) : value;
}

function scrubList(items: unknown[], scrubbing: Scrubbing): unknown {
  const left = items.map((item) => scrubValue(item, scrubbing)).filter((item) => item !== removed);
  return left.length === 0 && items.length > 0 ? removed : left;
}

const isOtherUser = (userId: unknown, user: ErasedUser) => user.userId !== undefined && String(userId) !== user.userId;

/** An event is kept or removed as a whole, regardless of its properties. A job is removed with the last of its events. */
function scrubObject(fields: Fields, scrubbing: Scrubbing): unknown {
  const { user, erased: before } = scrubbing;
  if ('site_id' in fields) {
    if (String(fields.site_id) !== user.siteId || isOtherUser(fields.user_id, user)) return fields;
    scrubbing.erased += 1;
    return removed;
  }
  const left = Object.entries(fields)
    .map(([name, value]) => [name, scrubValue(value, scrubbing)] as const)
    .filter(([, value]) => value !== removed);
  const job = Object.fromEntries(left) as Fields;
  const erased = scrubbing.erased - before;
  if (erased > 0 && ('events' in fields ? !('events' in job) : left.length === 0)) return removed;
  if ('events' in job && Number.isInteger(job.count)) job.count = (job.count as number) - erased;
  return job;
}

function scrubText(text: string, scrubbing: Scrubbing): string | typeof removed {
  const before = scrubbing.erased;
  try {
    const left = scrubValue(parseExactJson(text), scrubbing);
    if (left === removed) return removed;
    return scrubbing.erased === before ? text : stringifyExactJson(left);
  } catch {
    const broken = scrubBrokenText(text, scrubbing.user);
    scrubbing.erased = before + broken.erased;
    return broken.text ?? removed;
  }
}
