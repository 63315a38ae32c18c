/** HMAC-SHA-256 with a key that is used again and again. */
import crypto, { createHmac } from 'node:crypto';

export type KeyedHash = (message: string) => Buffer;

const blockBytes = 64;
const digestBytes = 32;
/** Longer messages are left to OpenSSL's own HMAC. */
const mostBytes = 4_096;

/** The key, padded with zeros to a block, XORed with `byte`; room for what is hashed with it behind that. */
function padded(key: Buffer, byte: number, room: number): Buffer {
  const block = Buffer.alloc(blockBytes + room, 0);
  for (let at = 0; at < blockBytes; at += 1) block[at] = (key[at] ?? 0) ^ byte;
  return block;
}

/**
 * RFC 2104, by two hashes in one call each, which takes a third of the time that an object for each message takes. Node before 20.12
 * has no such call. @param key at most 64 bytes
 */
export function createKeyedHash(key: Buffer): KeyedHash {
  const byOpenSsl: KeyedHash = (message) => createHmac('sha256', key).update(message).digest();
  if (typeof crypto.hash !== 'function' || key.length > blockBytes) return byOpenSsl;
  const [inner, outer] = [padded(key, 0x36, mostBytes), padded(key, 0x5c, digestBytes)];
  return (message) => {
    // Of UTF-16 at most three bytes a unit.
    if (message.length * 3 > mostBytes) return byOpenSsl(message);
    const end = blockBytes + inner.write(message, blockBytes);
    crypto.hash('sha256', inner.subarray(0, end), 'buffer').copy(outer, blockBytes);
    return crypto.hash('sha256', outer, 'buffer');
  };
}
