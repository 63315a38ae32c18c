import type { CookieOptions, Request, Response } from 'express';
import { sessionHours } from './sessions.js';

/** Each service needs its own cookie name, because browsers send a cookie to every port of a host. */
export interface SessionCookie {
  read(req: Request): string | undefined;
  set(req: Request, res: Response, token: string): void;
  clear(req: Request, res: Response): void;
}

/** Needs no trusted proxy: a client that forges the header only affects its own cookie. */
export const isSecure = (req: Request): boolean =>
  req.secure || /^https\b/.test(String(req.headers['x-forwarded-proto']));

/** `name` must not contain characters with a meaning in regular expressions. */
export function createSessionCookie(name: string, path: string): SessionCookie {
  /** Tokens need no decoding, so no cookie library is needed. */
  const pattern = new RegExp(`(?:^|;\\s*)${name}=([A-Za-z0-9_-]{43})(?:;|$)`);
  const optionsFor = (req: Request): CookieOptions => ({
    ...{ path, httpOnly: true, sameSite: 'strict', secure: isSecure(req) },
  });
  return {
    read: (req) => pattern.exec(req.headers.cookie ?? '')?.[1],
    set: (req, res, token) => void res.cookie(name, token, { ...optionsFor(req), maxAge: sessionHours * 3_600_000 }),
    clear: (req, res) => void res.clearCookie(name, optionsFor(req)),
  };
}

const hostOf = (origin: string) => (URL.canParse(origin) ? new URL(origin).host : undefined);

/**
 * Whether a page of this service sent the request, according to headers that no page can forge. SameSite=Strict alone would let
 * pages on another port of this host, and on sibling domains, act with the cookie; a token in each form would protect our forms,
 * but not Bull Board's. `Sec-Fetch-Site` is missing over plain HTTP except on loopback; then `Origin` must name this host. A
 * request with neither does not come from a browser: such clients must send their key.
 */
export function isSameOrigin({ headers }: Request): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin';
  return headers.origin !== undefined && headers.host !== undefined && hostOf(headers.origin) === headers.host;
}
