import type { Hash } from 'node:crypto';

/** A UUID made from a hash, version 8 of RFC 9562: the same input always gets the same id. */
export function hashedUuid(hash: Hash): string {
  const hex = hash.digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
