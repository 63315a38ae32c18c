import type { Pool } from '@millrace/shared/platform/postgres';
import type { ShareLink } from './share-link.js';

const columns = `id, slug, site_id as "siteId", name, filters, password_hash as "passwordHash", expires_at as "expiresAt",
  revoked_at as "revokedAt", created_at as "createdAt"`;

/** Limit of open links per site. */
export const maxOpenLinks = 500;
const maxListed = 1_000;

const isOpen = '(revoked_at is null and (expires_at is null or expires_at > $2))';

/** The lock keeps the site from being erased in the meantime, which would leave the row behind. */
const insert = `/* reporting.insertShareLink */
insert into share_links (site_id, id, slug, name, filters, password_hash, expires_at, created_at)
select site_id, $2::uuid, $3, $4, $5::jsonb, $6, $7::timestamptz, $8::timestamptz
from (select site_id from sites where site_id = $1 and erase_requested_at is null for key share) site`;

export type NewShareLink = Omit<ShareLink, 'revokedAt'>;

/** False if the site is unknown or being erased. */
export async function insertShareLink(pool: Pool, link: NewShareLink): Promise<boolean> {
  const { siteId, id, slug, name, filters, passwordHash, expiresAt, createdAt } = link;
  const written = filters && JSON.stringify(filters);
  const values = [siteId, id, slug, name, written, passwordHash, expiresAt, createdAt];
  return (await pool.query(insert, values)).rowCount === 1;
}

const count = `/* reporting.countShareLinks */
select count(*)::int as open from share_links where site_id = $1 and ${isOpen}`;

/** Number of links of the site that can be used. */
export async function countOpenLinks(pool: Pool, siteId: string, now: Date): Promise<number> {
  return (await pool.query<{ open: number }>(count, [siteId, now])).rows[0]!.open;
}

const list = `/* reporting.listShareLinks */
select ${columns} from share_links where site_id = $1 order by ${isOpen} desc, created_at desc, id limit ${maxListed}`;

/** Links that can be used come first and are always included, then the newest. */
export async function listShareLinks(pool: Pool, siteId: string, now: Date): Promise<ShareLink[]> {
  return (await pool.query<ShareLink>(list, [siteId, now])).rows;
}

const revoke = `/* reporting.revokeShareLink */
update share_links set revoked_at = coalesce(revoked_at, $3) where site_id = $1 and id = $2`;

/** Idempotent. */
export async function revokeShareLink(pool: Pool, siteId: string, id: string, now: Date): Promise<void> {
  await pool.query(revoke, [siteId, id, now]);
}

const has = `/* reporting.hasShareLink */ select 1 from share_links where site_id = $1 and id = $2`;

/** Whether the site has the link, open or not. */
export async function hasShareLink(pool: Pool, siteId: string, id: string): Promise<boolean> {
  return (await pool.query(has, [siteId, id])).rowCount === 1;
}

const find = `/* reporting.findShareLink */
select ${columns} from share_links where slug = $1 and ${isOpen}
  and exists (select 1 from sites where sites.site_id = share_links.site_id and erase_requested_at is null)`;

/** The link with that slug if it can be used. Looked up on each request, so that revoking a link takes effect at once. */
export async function findShareLink(pool: Pool, slug: string, now: Date): Promise<ShareLink | undefined> {
  return (await pool.query<ShareLink>(find, [slug, now])).rows[0];
}
