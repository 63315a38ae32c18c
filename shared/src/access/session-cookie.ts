/** Turns a session's token into a cookie and back. */
import type { CookieOptions, Request, Response } from 'express';
import { sessionHours } from './sessions.js';

/** The cookie of one service: browsers send a cookie to every port of a host, so that each service needs a name of its own. */
export interface SessionCookie {
  read(req: Request): string | undefined;
  set(req: Request, res: Response, token: string): void;
  clear(req: Request, res: Response): void;
}

/** Whoever lies about the protocol does it to a cookie of their own, so no proxy has to be trusted for this. */
export const isSecure = (req: Request): boolean =>
  req.secure || /^https\b/.test(String(req.headers['x-forwarded-proto']));

/** `name` holds nothing that means something in a regular expression. */
export function createSessionCookie(name: string, path: string): SessionCookie {
  /** The one cookie, of a form that needs no decoding: a library that reads all of them would have nothing to do. */
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
