/** Signatures by which the receiver of a post knows that we wrote it, and when. */
import { createHmac, randomBytes } from 'node:crypto';

/**
 * The value of header `Millrace-Signature`: `t=<unix seconds>,v1=<hex HMAC-SHA256 of "t.body">`. A receiver computes v1 of the
 * raw body, compares in constant time, and refuses a `t` that is more than five minutes away, so that nobody can post it again.
 */
export function signBody(secret: string, body: string, at: Date): string {
  const t = Math.floor(at.getTime() / 1_000);
  return `t=${t},v1=${createHmac('sha256', secret).update(`${t}.${body}`).digest('hex')}`;
}

/** 256 random bits. Kept as they are, not as a hash: signing needs them. */
export const newSecret = () => `whsec_${randomBytes(32).toString('base64url')}`;
