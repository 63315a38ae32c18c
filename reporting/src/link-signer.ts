/** Signatures of what people are handed, such as links and cookies, which every replica can tell from forged ones. */
import { createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Pool } from '@millrace/shared/platform/postgres';

const make = `/* reporting.makeLinkSecret */ insert into link_secrets (secret) values ($1) on conflict do nothing`;
const read = `/* reporting.readLinkSecret */ select secret from link_secrets`;

/** The one that all replicas sign with where no setting gives it: whoever comes first makes it. */
async function sharedSecret(pool: Pool): Promise<string> {
  await pool.query(make, [randomBytes(32).toString('base64url')]);
  return (await pool.query<{ secret: string }>(read)).rows[0]!.secret;
}

export interface Signer {
  sign(text: string): Promise<string>;
  isSigned(text: string, signature: string): Promise<boolean>;
}

/**
 * HMAC-SHA256 (RFC 2104); the key is derived from the secret by HKDF (RFC 5869), so that another `purpose` of the same secret has
 * another key.
 */
export function createSigner(pool: Pool, purpose: string, secret?: string): Signer {
  let key: Promise<Buffer> | undefined;

  async function deriveKey(): Promise<Buffer> {
    return Buffer.from(hkdfSync('sha256', secret ?? (await sharedSecret(pool)), '', purpose, 32));
  }

  async function signatureOf(text: string): Promise<Buffer> {
    key ??= deriveKey();
    const known = await key.catch((error) => {
      key = undefined;
      throw error;
    });
    return createHmac('sha256', known).update(text).digest();
  }

  return {
    sign: async (text) => (await signatureOf(text)).toString('base64url'),
    async isSigned(text, signature) {
      const given = Buffer.from(signature, 'base64url');
      const right = await signatureOf(text);
      return given.length === right.length && timingSafeEqual(given, right);
    },
  };
}
