/** HMAC-SHA-256 optimized for reusing a key. */
import crypto, { createHmac } from 'node:crypto';

export type KeyedHash = (message: string) => Buffer;

const blockBytes = 64;
const digestBytes = 32;
/** Longer messages use OpenSSL's HMAC. */
const mostBytes = 4_096;

/** The key, padded with zeros to a block and XORed with `byte`, followed by room for the message. */
function padded(key: Buffer, byte: number, room: number): Buffer {
  const block = Buffer.alloc(blockBytes + room, 0);
  for (let at = 0; at < blockBytes; at += 1) block[at] = (key[at] ?? 0) ^ byte;
  return block;
}

/**
 * RFC 2104 with two one-shot hashes, which take a third of the time of an Hmac object per message. Node before 20.12 has no one-shot
 * hash. @param key at most 64 bytes
 */
export function createKeyedHash(key: Buffer): KeyedHash {
  const byOpenSsl: KeyedHash = (message) => createHmac('sha256', key).update(message).digest();
  if (typeof crypto.hash !== 'function' || key.length > blockBytes) return byOpenSsl;
  const [inner, outer] = [padded(key, 0x36, mostBytes), padded(key, 0x5c, digestBytes)];
  return (message) => {
    // A UTF-16 unit takes at most three bytes.
    if (message.length * 3 > mostBytes) return byOpenSsl(message);
    const end = blockBytes + inner.write(message, blockBytes);
    crypto.hash('sha256', inner.subarray(0, end), 'buffer').copy(outer, blockBytes);
    return crypto.hash('sha256', outer, 'buffer');
  };
}
