/** Hashes passwords of shared links. People choose them, so each guess must cost time and memory. */
import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';
import { rateLimited } from '@millrace/shared/access/rate-limit';
import { createSlots } from '@millrace/shared/platform/slots';

export interface Passwords {
  /** Format: `scrypt$<log2 N>$<r>$<p>$<salt>$<hash>`, the last two in base64url. */
  hash(password: string): Promise<string>;
  /** @throws ServiceError `rate_limited` if too many checks are waiting. */
  matches(password: string, stored: string): Promise<boolean>;
}

interface Cost {
  log2N: number;
  r: number;
  p: number;
}

/** From the OWASP Password Storage Cheat Sheet: 32 MB and a quarter of a second. Stored with each hash, so that it can be raised. */
const standardCost: Cost = { log2N: 15, r: 8, p: 3 };
const hashBytes = 32;

/** Node runs scrypt on the four threads that also read files and resolve names, so passwords get only one of them. */
const maxConcurrent = 1;
const maxWaiting = 20;

function derive(password: string, salt: Buffer, { log2N, r, p }: Cost): Promise<Buffer> {
  const N = 2 ** log2N;
  const options: ScryptOptions = { N, r, p, maxmem: 256 * N * r };
  return new Promise((resolve, reject) => {
    // Keyboards may produce the same characters in different Unicode forms.
    scrypt(password.normalize('NFKC'), salt, hashBytes, options, (error, key) =>
      error ? reject(error) : resolve(key),
    );
  });
}

function readHash(kept: string): { cost: Cost; salt: Buffer; hash: Buffer } {
  const [kind, log2N, r, p, salt, hash] = kept.split('$');
  if (kind !== 'scrypt' || !salt || !hash)
    throw new Error('a password hash has a format that this release does not support');
  return {
    cost: { log2N: Number(log2N), r: Number(r), p: Number(p) },
    salt: Buffer.from(salt, 'base64url'),
    hash: Buffer.from(hash, 'base64url'),
  };
}

/** `cost` is of new hashes; tests use a small one. */
export function createPasswords(cost: Cost = standardCost): Passwords {
  const slots = createSlots(maxConcurrent);
  let waiting = 0;

  async function inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (waiting >= maxWaiting) throw rateLimited('password checks', 5);
    waiting += 1;
    try {
      return await slots.run(work);
    } finally {
      waiting -= 1;
    }
  }

  return {
    hash: (password) =>
      inTurn(async () => {
        const salt = randomBytes(16);
        const hash = await derive(password, salt, cost);
        return ['scrypt', cost.log2N, cost.r, cost.p, salt.toString('base64url'), hash.toString('base64url')].join('$');
      }),
    matches: (password, kept) =>
      inTurn(async () => {
        const { cost: ofThis, salt, hash } = readHash(kept);
        return timingSafeEqual(await derive(password, salt, ofThis), hash);
      }),
  };
}
