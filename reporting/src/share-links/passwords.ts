/** Passwords of shared links, which people choose: each guess is made to cost time and memory. */
import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';
import { rateLimited } from '@millrace/shared/access/rate-limit';
import { createSlots } from '@millrace/shared/platform/slots';

export interface Passwords {
  /** What is kept of a password: `scrypt$<log2 N>$<r>$<p>$<salt>$<hash>`, the last two in base64url. */
  hash(password: string): Promise<string>;
  /** @throws ServiceError `rate_limited` when too many wait to be looked at already. */
  isRight(password: string, kept: string): Promise<boolean>;
}

interface Cost {
  log2N: number;
  r: number;
  p: number;
}

/** As OWASP's cheat sheet on storing passwords has it; 32 MB and a quarter of a second. Kept with each hash, so that it may be raised. */
const standardCost: Cost = { log2N: 15, r: 8, p: 3 };
const hashBytes = 32;

/** Node computes these on the four threads that also read files and resolve names: one of them is enough for passwords. */
const atOnce = 1;
const mostWaiting = 20;

function derive(password: string, salt: Buffer, { log2N, r, p }: Cost): Promise<Buffer> {
  const N = 2 ** log2N;
  const options: ScryptOptions = { N, r, p, maxmem: 256 * N * r };
  return new Promise((resolve, reject) => {
    // The same letters may be written in several ways, depending on the keyboard.
    scrypt(password.normalize('NFKC'), salt, hashBytes, options, (error, key) =>
      error ? reject(error) : resolve(key),
    );
  });
}

function readHash(kept: string): { cost: Cost; salt: Buffer; hash: Buffer } {
  const [kind, log2N, r, p, salt, hash] = kept.split('$');
  if (kind !== 'scrypt' || !salt || !hash)
    throw new Error('a password is kept in a way that this release does not know');
  return {
    cost: { log2N: Number(log2N), r: Number(r), p: Number(p) },
    salt: Buffer.from(salt, 'base64url'),
    hash: Buffer.from(hash, 'base64url'),
  };
}

/** `cost` is that of new hashes; tests take a small one. */
export function createPasswords(cost: Cost = standardCost): Passwords {
  const slots = createSlots(atOnce);
  let waiting = 0;

  async function inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (waiting >= mostWaiting) throw rateLimited('passwords wait to be looked at', 5);
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
    isRight: (password, kept) =>
      inTurn(async () => {
        const { cost: ofThis, salt, hash } = readHash(kept);
        return timingSafeEqual(await derive(password, salt, ofThis), hash);
      }),
  };
}
