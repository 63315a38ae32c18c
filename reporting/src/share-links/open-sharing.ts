/** Sets up shared links: their passwords, cookies and public routes. */
import type { TrustedProxies } from '@millrace/shared/access/rate-limit';
import type { Pool } from '@millrace/shared/platform/postgres';
import type { Router } from 'express';
import type { AccessWatch } from '../access/access-watch.js';
import { createSigner } from '../access/link-signer.js';
import { publicFolder } from '../exports/export-links.js';
import { createLinkAccess } from './link-access.js';
import { cookiePurpose, createPasswordCookie } from './password-cookie.js';
import { createPasswords, type Passwords } from './passwords.js';
import { serveLinks } from './serve-links.js';

export interface SharingSettings {
  /** Without it, the secret from the database is used. */
  linkSecret?: string | undefined;
  /** Whether pages of other origins may frame shared links. */
  isEmbeddable?: boolean;
  /** Without it, the standard cost. */
  passwords?: Passwords;
}

export interface SharingDependencies {
  writePool: Pool;
  sharing?: SharingSettings | undefined;
  /** The public URL of this service. */
  publicUrl?: string | undefined;
  accessWatch: AccessWatch;
  requestsPerMinute?: number;
  isTrustedProxy?: TrustedProxies;
  clock?: () => Date;
}

export interface Sharing {
  passwords: Passwords;
  /** To be mounted before keys are checked. */
  routes: Router;
}

export function openSharing(deps: SharingDependencies): Sharing {
  const { writePool, sharing = {}, requestsPerMinute = 0, isTrustedProxy = () => false } = deps;
  const { publicUrl, accessWatch, clock = () => new Date() } = deps;
  const { linkSecret, isEmbeddable = false, passwords = createPasswords() } = sharing;
  const signer = createSigner(writePool, cookiePurpose, linkSecret);
  const folder = publicFolder(publicUrl);
  const cookie = createPasswordCookie({ signer, folder, isEmbedded: isEmbeddable, clock });
  const links = createLinkAccess({ writePool, passwords, cookie, isTrustedProxy, clock });
  return { passwords, routes: serveLinks({ links, cookie, requestsPerMinute, accessWatch }) };
}
