/** Remembers in a cookie that a client has entered the password of a shared link. */

import { isSecure } from '@millrace/shared/access/session-cookie';
import { dayMs } from '@millrace/shared/time/durations';
import type { CookieOptions, Request, Response } from 'express';
import type { Signer } from '../access/link-signer.js';
import { type ShareLink, sharePath } from './share-link.js';

export interface PasswordCookie {
  isValid(req: Request, link: ShareLink): Promise<boolean>;
  set(req: Request, res: Response, link: ShareLink): Promise<void>;
}

interface PasswordCookieDeps {
  signer: Signer;
  folder: string;
  isEmbedded: boolean;
  clock: () => Date;
}

const name = 'millrace_share';
const pattern = new RegExp(`(?:^|;\\s*)${name}=(\\d{1,12})\\.([A-Za-z0-9_-]{43})(?:;|$)`);

/** Derives the signing key of these cookies. */
export const cookiePurpose = 'millrace passwords of shared links, 1';

/** After that, the password must be entered again. */
const days = 7;

/** Changing the password invalidates the cookies of the link. */
const signed = ({ id, passwordHash }: ShareLink, expires: number) => `${id}\n${passwordHash}\n${expires}`;

/**
 * `folder` is the path of `PUBLIC_URL` without a trailing slash. `isEmbedded`: pages of other sites may frame the link. Browsers only
 * send a cookie from such a frame if it is partitioned, which requires HTTPS. The cookie only grants reading, so other sites gain
 * nothing by making a browser send it.
 */
export function createPasswordCookie({ signer, folder, isEmbedded, clock }: PasswordCookieDeps): PasswordCookie {
  function optionsFor(req: Request, { slug }: ShareLink): CookieOptions {
    const secure = isSecure(req);
    const ofFrames = isEmbedded && secure;
    const site: CookieOptions = ofFrames ? { sameSite: 'none', partitioned: true } : { sameSite: 'strict' };
    return { path: folder + sharePath(slug), httpOnly: true, secure, ...site };
  }
  return {
    async isValid(req, link) {
      const [, expires, signature] = pattern.exec(req.headers.cookie ?? '') ?? [];
      if (expires === undefined || signature === undefined) return false;
      if (Number(expires) * 1_000 <= clock().getTime()) return false;
      return signer.isSigned(signed(link, Number(expires)), signature);
    },
    async set(req, res, link) {
      const expires = Math.floor(clock().getTime() / 1_000) + days * 86_400;
      const value = `${expires}.${await signer.sign(signed(link, expires))}`;
      res.cookie(name, value, { ...optionsFor(req, link), maxAge: days * dayMs });
    },
  };
}
