/** Lets those through who come by a shared link. */
import { createAttemptLimit, createLoginLimit } from '@millrace/shared/access/login-limit';
import { addressOf, rateLimited, type TrustedProxies } from '@millrace/shared/access/rate-limit';
import { ServiceError } from '@millrace/shared/platform/errors';
import type { Pool } from '@millrace/shared/platform/postgres';
import type { Request } from 'express';
import type { PasswordCookie } from './password-cookie.js';
import type { Passwords } from './passwords.js';
import { type ShareLink, slugPattern } from './share-link.js';
import { findShareLink } from './stored-links.js';

export interface OpenLinksDependencies {
  writePool: Pool;
  passwords: Passwords;
  cookie: PasswordCookie;
  isTrustedProxy: TrustedProxies;
  clock: () => Date;
}

export interface OpenLinks {
  /** @throws ServiceError `not_found` for a link that cannot be used, whatever the reason. */
  find(slug: string): Promise<ShareLink>;
  /** @throws ServiceError `password_needed` for who has not given it. */
  checkPassed(req: Request, link: ShareLink): Promise<void>;
  /** @throws ServiceError `password_needed` for a wrong one, `rate_limited` for too many of them. */
  checkPassword(req: Request, link: ShareLink, password: string): Promise<void>;
}

/** Wrong passwords in a minute of one client, and of all of them at one link. */
const perClient = 10;
const perLink = 60;

const noSuchLink = () =>
  new ServiceError(
    'not_found',
    'There is no such shared link: it is not written right, was revoked, or has expired. Ask whoever sent it for another one.',
  );

const wrongPassword = () =>
  new ServiceError('password_needed', 'This is not the password of the link. Ask whoever sent the link for it.');

export function openLinks(deps: OpenLinksDependencies): OpenLinks {
  const { writePool, passwords, cookie, isTrustedProxy, clock } = deps;
  const now = () => clock().getTime();
  const ofClients = createLoginLimit(now, perClient);
  const ofLinks = createAttemptLimit(now, perLink);
  return {
    async find(slug) {
      const link = slugPattern.test(slug) ? await findShareLink(writePool, slug, clock()) : undefined;
      if (!link) throw noSuchLink();
      return link;
    },
    async checkPassed(req, link) {
      if (link.passwordHash === null || (await cookie.isValid(req, link))) return;
      throw new ServiceError('password_needed');
    },
    async checkPassword(req, { id, passwordHash }, password) {
      if (passwordHash === null) return;
      const address = addressOf(req.socket.remoteAddress, req.headers['x-forwarded-for'], isTrustedProxy);
      const waitSeconds = ofClients.attempt(address) || ofLinks.attempt(id);
      if (waitSeconds > 0) throw rateLimited('wrong passwords', waitSeconds);
      if (!(await passwords.isRight(password, passwordHash))) throw wrongPassword();
      ofClients.forgive(address);
      ofLinks.forgive(id);
    },
  };
}
