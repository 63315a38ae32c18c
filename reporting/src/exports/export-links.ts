/** Links to files that work without a key until they expire: an address, an expiry, and a signature of both. */
import { createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Pool } from '@millrace/shared/postgres';

const make = `/* reporting.makeLinkSecret */ insert into link_secrets (secret) values ($1) on conflict do nothing`;
const read = `/* reporting.readLinkSecret */ select secret from link_secrets`;

/** The one that all replicas sign with where no setting gives it: whoever comes first makes it. */
async function sharedSecret(pool: Pool): Promise<string> {
  await pool.query(make, [randomBytes(32).toString('base64url')]);
  return (await pool.query<{ secret: string }>(read)).rows[0]!.secret;
}

export interface Links {
  /** The address with expiry and signature. `expires` is in seconds since 1970. */
  sign(path: string, expires: number): Promise<string>;
  /** Whether the signature is one of that address and expiry, and the expiry is still to come. */
  isValid(path: string, query: { expires: unknown; signature: unknown }, now: Date): Promise<boolean>;
}

/** The address as people reach it: below `publicUrl` where that is known, which may be a folder of a site. */
export const publicAddress = (publicUrl: string | undefined, path: string): string =>
  publicUrl === undefined ? path : publicUrl.replace(/\/+$/, '') + path;

/** Another use of the same secret has another key. */
const purpose = 'millrace links to files, 1';

/** HMAC-SHA256 (RFC 2104) of address and expiry; the key is derived from the secret by HKDF (RFC 5869). */
export function createLinks(pool: Pool, secret?: string): Links {
  let key: Promise<Buffer> | undefined;

  async function deriveKey(): Promise<Buffer> {
    return Buffer.from(hkdfSync('sha256', secret ?? (await sharedSecret(pool)), '', purpose, 32));
  }

  async function signatureOf(path: string, expires: number): Promise<Buffer> {
    key ??= deriveKey();
    const known = await key.catch((error) => {
      key = undefined;
      throw error;
    });
    return createHmac('sha256', known).update(`${path}\n${expires}`).digest();
  }

  return {
    async sign(path, expires) {
      const signature = (await signatureOf(path, expires)).toString('base64url');
      return `${path}?expires=${expires}&signature=${signature}`;
    },
    async isValid(path, { expires, signature }, now) {
      if (typeof expires !== 'string' || !/^\d{1,12}$/.test(expires) || typeof signature !== 'string') return false;
      const given = Buffer.from(signature, 'base64url');
      const right = await signatureOf(path, Number(expires));
      if (given.length !== right.length || !timingSafeEqual(given, right)) return false;
      return Number(expires) * 1_000 > now.getTime();
    },
  };
}
