/** Who is the same visitor where nobody said: without a cookie, for as long as the salt is kept. */
import { networkOf } from '@millrace/shared/access/rate-limit';
import { normalizeAddress } from '../import/client-address.js';
import { createKeyedHash, type KeyedHash } from './keyed-hash.js';

const ID_BYTES = 16;

const hashes = new WeakMap<Buffer, KeyedHash>();

function hashOf(salt: Buffer): KeyedHash {
  const known = hashes.get(salt);
  if (known) return known;
  const hash = createKeyedHash(salt);
  hashes.set(salt, hash);
  return hash;
}

/**
 * `~` and 22 characters of base64url: the first 128 bits of HMAC-SHA-256 of site, network and user agent, keyed with `salt`, which
 * has to be random, 16 bytes or more. Once that is deleted nobody can find out whose id it was.
 * @param address in any spelling: IPv6 counts by its /64, and one that is mapped into IPv6 as IPv4
 */
export function visitorId(salt: Buffer, siteId: string, address: string, userAgent: string): string {
  const network = networkOf(normalizeAddress(address) ?? address);
  // As JSON, no two different triples are the same text.
  const hash = hashOf(salt)(JSON.stringify([siteId, network, userAgent]));
  return `~${hash.toString('base64url', 0, ID_BYTES)}`;
}
