import { createHmac, randomBytes } from 'node:crypto';

/**
 * The value of the `Millrace-Signature` header: `t=<unix seconds>,v1=<hex HMAC-SHA256 of "t.body">`. To verify it, a receiver
 * computes v1 of the raw body, compares in constant time, and refuses a `t` more than five minutes off, which prevents replays.
 */
export function signBody(secret: string, body: string, at: Date): string {
  const t = Math.floor(at.getTime() / 1_000);
  return `t=${t},v1=${createHmac('sha256', secret).update(`${t}.${body}`).digest('hex')}`;
}

/** 256 random bits. Stored in plain text, because signing needs it. */
export const newSecret = () => `whsec_${randomBytes(32).toString('base64url')}`;
