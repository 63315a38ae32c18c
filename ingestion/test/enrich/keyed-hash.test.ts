import { createHmac, randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { createKeyedHash } from '../../src/enrich/keyed-hash.js';

it.each([0, 1, 16, 32, 64, 65, 200])('equals the HMAC of OpenSSL with a key of %i bytes', (length) => {
  const key = randomBytes(length);
  const hash = createKeyedHash(key);
  for (const message of ['', 'a', 'ü😀\ud800', 'x'.repeat(1_365), '😀'.repeat(683), 'x'.repeat(10_000)]) {
    expect(hash(message)).toEqual(createHmac('sha256', key).update(message).digest());
  }
});
