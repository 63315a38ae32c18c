/** Signs links and cookies so that every replica can verify them. */
import { createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Pool } from '@millrace/shared/platform/postgres';

const insertSecret = `/* reporting.makeLinkSecret */ insert into link_secrets (secret) values ($1) on conflict do nothing`;
const selectSecret = `/* reporting.readLinkSecret */ select secret from link_secrets`;

/** The secret shared by all replicas, unless one is configured. The first replica creates it. */
async function sharedSecret(pool: Pool): Promise<string> {
  await pool.query(insertSecret, [randomBytes(32).toString('base64url')]);
  return (await pool.query<{ secret: string }>(selectSecret)).rows[0]!.secret;
}

export interface Signer {
  sign(text: string): Promise<string>;
  isSigned(text: string, signature: string): Promise<boolean>;
}

/** HMAC-SHA256 (RFC 2104). HKDF (RFC 5869) derives a separate key from the secret for each `purpose`. */
export function createSigner(pool: Pool, purpose: string, secret?: string): Signer {
  let key: Promise<Buffer> | undefined;

  async function deriveKey(): Promise<Buffer> {
    return Buffer.from(hkdfSync('sha256', secret ?? (await sharedSecret(pool)), '', purpose, 32));
  }

  async function signatureOf(text: string): Promise<Buffer> {
    key ??= deriveKey();
    const derived = await key.catch((error) => {
      key = undefined;
      throw error;
    });
    return createHmac('sha256', derived).update(text).digest();
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
