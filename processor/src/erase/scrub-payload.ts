/** Turns the payload of a dead letter into one without a user's events, which may be all of it, and may be no valid JSON. */
import { isExactNumber, parseExactJson, stringifyExactJson } from '@millrace/shared/platform/exact-json';
import { type ErasedUser, type ScrubbedText, scrubBrokenText } from './scrub-broken-text.js';

interface Scrubbing {
  user: ErasedUser;
  /** Events taken out so far. */
  erased: number;
}

/** Stands for a value of which nothing is left. */
const gone = Symbol('gone');

type Fields = Record<string, unknown>;

/**
 * Takes out single events, events in arrays, and events in JSON within strings, as a whole job has them. What is left of a
 * payload that our services wrote is byte for byte as it was, since they write it the same way.
 */
export function scrubPayload(payload: string, user: ErasedUser): ScrubbedText {
  const scrubbing = { user, erased: 0 };
  const left = scrubText(payload, scrubbing);
  return { text: left === gone ? null : left, erased: scrubbing.erased };
}

function scrubValue(value: unknown, scrubbing: Scrubbing): unknown {
  if (typeof value === 'string') return scrubText(value, scrubbing);
  if (Array.isArray(value)) return scrubList(value, scrubbing);
  if (isExactNumber(value)) return value;
  return value !== null && typeof value === 'object' ? scrubObject(value as Fields, scrubbing) : value;
}

function scrubList(items: unknown[], scrubbing: Scrubbing): unknown {
  const left = items.map((item) => scrubValue(item, scrubbing)).filter((item) => item !== gone);
  return left.length === 0 && items.length > 0 ? gone : left;
}

const isOther = (userId: unknown, user: ErasedUser) => user.userId !== undefined && String(userId) !== user.userId;

/** An event stays or goes as a whole: what its properties hold is not looked at. A job goes with the last of its events. */
function scrubObject(fields: Fields, scrubbing: Scrubbing): unknown {
  const { user, erased: before } = scrubbing;
  if ('site_id' in fields) {
    if (String(fields.site_id) !== user.siteId || isOther(fields.user_id, user)) return fields;
    scrubbing.erased += 1;
    return gone;
  }
  const left = Object.entries(fields)
    .map(([name, value]) => [name, scrubValue(value, scrubbing)] as const)
    .filter(([, value]) => value !== gone);
  const job = Object.fromEntries(left) as Fields;
  const erased = scrubbing.erased - before;
  if (erased > 0 && ('events' in fields ? !('events' in job) : left.length === 0)) return gone;
  if ('events' in job && Number.isInteger(job.count)) job.count = (job.count as number) - erased;
  return job;
}

function scrubText(text: string, scrubbing: Scrubbing): string | typeof gone {
  const before = scrubbing.erased;
  try {
    const left = scrubValue(parseExactJson(text), scrubbing);
    if (left === gone) return gone;
    return scrubbing.erased === before ? text : stringifyExactJson(left);
  } catch {
    const broken = scrubBrokenText(text, scrubbing.user);
    scrubbing.erased = before + broken.erased;
    return broken.text ?? gone;
  }
}
