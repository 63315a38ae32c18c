import { randomBytes } from 'node:crypto';
import { publicAddress } from '../exports/export-links.js';

export interface ShareLink {
  id: string;
  slug: string;
  siteId: string;
  name: string | null;
  /** Added to each query made through the link, in the form of queries; null: none. */
  filters: unknown[] | null;
  /** From `passwords`; null: no password. */
  passwordHash: string | null;
  expiresAt: Date | null;
  revokedAt: Date | null;
  createdAt: Date;
}

/** 128 random bits, which cannot be guessed. */
export const createSlug = (): string => randomBytes(16).toString('base64url');

/** Other slugs are not looked up. */
export const slugPattern = /^[A-Za-z0-9_-]{22}$/;

export const sharePath = (slug: string): string => `/share/${slug}`;

/** For administrators. `publicUrl`: the public URL of this service, if known. */
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
