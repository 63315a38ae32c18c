/** Who is the same visitor where nobody said: without a cookie, for as long as the salt is kept. */
import { normalizeAddress } from '@millrace/shared/access/normalize-address';
import { networkOf } from '@millrace/shared/access/rate-limit';
import { createKeyedHash } from './keyed-hash.js';
import { remember } from './remember.js';

const ID_BYTES = 16;

/** Visitors of the last seconds: those who do several things one after the other. */
const mostVisitors = 20_000;

/**
 * Of each salt the names of who came last, in memory only, and no longer than that buffer itself: the salts are read again, into new
 * buffers, every few seconds.
 */
const names = new WeakMap<Buffer, (visitor: string) => string>();

function namesOf(salt: Buffer): (visitor: string) => string {
  const known = names.get(salt);
  if (known) return known;
  const hash = createKeyedHash(salt);
  const find = remember(mostVisitors, (visitor) => `~${hash(visitor).toString('base64url', 0, ID_BYTES)}`);
  names.set(salt, find);
  return find;
}

/**
 * `~` and 22 characters of base64url: the first 128 bits of HMAC-SHA-256 of site, network and user agent, keyed with `salt`, which
 * has to be random, 16 bytes or more. Once it is deleted, an id can no longer be traced to a visitor.
 * @param address in any spelling: IPv6 counts by its /64, and one that is mapped into IPv6 as IPv4
 */
export function visitorId(salt: Buffer, siteId: string, address: string, userAgent: string): string {
  const network = networkOf(normalizeAddress(address) ?? address);
  // As JSON, no two different triples are the same text.
  return namesOf(salt)(JSON.stringify([siteId, network, userAgent]));
}
