/** Turns a session's token into a cookie and back. */
import type { CookieOptions, Request, Response } from 'express';
import { sessionHours } from './sessions.js';

const name = 'millrace_session';
/** The one cookie, of a form that needs no decoding: a library that reads all of them would have nothing to do. */
const pattern = new RegExp(`(?:^|;\\s*)${name}=([A-Za-z0-9_-]{43})(?:;|$)`);

function optionsFor(req: Request): CookieOptions {
  // Whoever lies about the protocol does it to a cookie of their own, so no proxy has to be trusted for this.
  const secure = req.secure || /^https\b/.test(String(req.headers['x-forwarded-proto']));
  return { path: '/admin', httpOnly: true, sameSite: 'strict', secure };
}

export const readSessionCookie = (req: Request): string | undefined => pattern.exec(req.headers.cookie ?? '')?.[1];

export const setSessionCookie = (req: Request, res: Response, token: string) =>
  void res.cookie(name, token, { ...optionsFor(req), maxAge: sessionHours * 3_600_000 });

export const clearSessionCookie = (req: Request, res: Response) => void res.clearCookie(name, optionsFor(req));
