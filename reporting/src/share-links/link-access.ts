/** Finds shared links and checks their passwords. */
import { createAttemptLimit, createLoginLimit } from '@millrace/shared/access/login-limit';
import { addressOf, rateLimited, type TrustedProxies } from '@millrace/shared/access/rate-limit';
import { ServiceError } from '@millrace/shared/platform/errors';
import type { Pool } from '@millrace/shared/platform/postgres';
import type { Request } from 'express';
import { findShareLink } from './link-rows.js';
import type { PasswordCookie } from './password-cookie.js';
import type { Passwords } from './passwords.js';
import { type ShareLink, slugPattern } from './share-link.js';

export interface LinkAccessDependencies {
  writePool: Pool;
  passwords: Passwords;
  cookie: PasswordCookie;
  isTrustedProxy: TrustedProxies;
  clock: () => Date;
}

export interface LinkAccess {
  /** @throws ServiceError `not_found` for a link that cannot be used, for whatever reason. */
  find(slug: string): Promise<ShareLink>;
  /** @throws ServiceError `password_needed` if the client has not entered the password. */
  checkUnlocked(req: Request, link: ShareLink): Promise<void>;
  /** @throws ServiceError `password_needed` for a wrong password, `rate_limited` after too many. */
  checkPassword(req: Request, link: ShareLink, password: string): Promise<void>;
}

/** Wrong passwords per minute from one client, and for one link. */
const perClient = 10;
const perLink = 60;

const noSuchLink = () =>
  new ServiceError(
    'not_found',
    'This shared link does not exist: it is misspelt, was revoked, or has expired. Ask the sender for a new one.',
  );

const wrongPassword = () =>
  new ServiceError('password_needed', 'The password is wrong. Ask the sender of the link for it.');

export function createLinkAccess(deps: LinkAccessDependencies): LinkAccess {
  const { writePool, passwords, cookie, isTrustedProxy, clock } = deps;
  const now = () => clock().getTime();
  const clientLimit = createLoginLimit(now, perClient);
  const linkLimit = createAttemptLimit(now, perLink);
  return {
    async find(slug) {
      const link = slugPattern.test(slug) ? await findShareLink(writePool, slug, clock()) : undefined;
      if (!link) throw noSuchLink();
      return link;
    },
    async checkUnlocked(req, link) {
      if (link.passwordHash === null || (await cookie.isValid(req, link))) return;
      throw new ServiceError('password_needed');
    },
    async checkPassword(req, { id, passwordHash }, password) {
      if (passwordHash === null) return;
      const address = addressOf(req.socket.remoteAddress, req.headers['x-forwarded-for'], isTrustedProxy);
      const waitSeconds = clientLimit.attempt(address) || linkLimit.attempt(id);
      if (waitSeconds > 0) throw rateLimited('wrong passwords', waitSeconds);
      if (!(await passwords.matches(password, passwordHash))) throw wrongPassword();
      clientLimit.forgive(address);
      linkLimit.forgive(id);
    },
  };
}
