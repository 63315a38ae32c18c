/** Recognises visitors without a cookie, for as long as the salt is kept. */
import { normalizeAddress } from '@millrace/shared/access/normalize-address';
import { networkOf } from '@millrace/shared/access/rate-limit';
import { createKeyedHash } from './keyed-hash.js';
import { remember } from './remember.js';

const ID_BYTES = 16;

/** Visitors of the last seconds, who often send several events in a row. */
const mostVisitors = 20_000;

/**
 * Cached ids by salt, in memory only, and only as long as the buffer of the salt: salts are reloaded into new buffers every few
 * seconds.
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
 * `~` and 22 characters of base64url: the first 128 bits of HMAC-SHA-256 over site, network and user agent. The key `salt` must have
 * at least 16 random bytes; once it is deleted, ids can no longer be traced to visitors.
 * @param address in any notation; IPv6 counts by its /64, IPv4-mapped IPv6 as IPv4
 */
export function visitorId(salt: Buffer, siteId: string, address: string, userAgent: string): string {
  const network = networkOf(normalizeAddress(address) ?? address);
  // JSON is unambiguous: different triples never produce the same text.
  return namesOf(salt)(JSON.stringify([siteId, network, userAgent]));
}
