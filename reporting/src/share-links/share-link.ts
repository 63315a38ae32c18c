/** A shared link: an address at which a site's dashboard is read without a key. */
import { randomBytes } from 'node:crypto';
import { publicAddress } from '../exports/export-links.js';

export interface ShareLink {
  id: string;
  slug: string;
  siteId: string;
  name: string | null;
  /** Added to each question that is asked through the link, as queries have them; null: none. */
  filters: unknown[] | null;
  /** As `passwords` wrote it; null: none is needed. */
  passwordHash: string | null;
  expiresAt: Date | null;
  revokedAt: Date | null;
  createdAt: Date;
}

/** 128 random bits, which nobody guesses. */
export const createSlug = (): string => randomBytes(16).toString('base64url');

/** What a slug looks like; nothing else is looked for. */
export const slugPattern = /^[A-Za-z0-9_-]{22}$/;

export const sharePath = (slug: string): string => `/share/${slug}`;

/** As those who manage links see it. `publicUrl` is where people reach this service, if that is known. */
export const describeShareLink = (link: ShareLink, publicUrl: string | undefined) => ({
  id: link.id,
  slug: link.slug,
  path: sharePath(link.slug),
  url: publicUrl === undefined ? null : publicAddress(publicUrl, sharePath(link.slug)),
  name: link.name,
  filters: link.filters,
  has_password: link.passwordHash !== null,
  expires_at: link.expiresAt,
  revoked_at: link.revokedAt,
  created_at: link.createdAt,
});
