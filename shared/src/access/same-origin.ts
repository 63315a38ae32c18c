/** Turns a request into whether one of Millrace's own pages sent it. */
import type { Request } from 'express';

const hostOf = (origin: string) => (URL.canParse(origin) ? new URL(origin).host : undefined);

/**
 * What the browser says of where a request comes from, which no page can forge. SameSite=Strict alone would let pages of
 * another port of this host, and of sibling domains, act with the cookie; a token in each form would guard ours, but not
 * those of Bull Board. `Sec-Fetch-Site` is missing over plain HTTP, except on loopback: there `Origin` has to name this host.
 * A request that says neither comes from no browser: such clients send their key.
 */
export function isSameOrigin({ headers }: Request): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin';
  return headers.origin !== undefined && headers.host !== undefined && hostOf(headers.origin) === headers.host;
}
