/** API keys in the database. Only their hashes are stored. */
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type { Pool } from '../platform/postgres.js';

export const scopes = ['write', 'read', 'admin'] as const;
/** What a key allows: sending events, reading statistics, or everything. */
export type Scope = (typeof scopes)[number];

/** The key behind a request, and what it allows. */
export interface Access {
  keyId: string;
  name: string;
  scopes: Scope[];
  /** The site that the key is limited to; null: all sites. */
  siteId: string | null;
  /** For a public key, the origins of the pages that may use it; null: a secret key. */
  origins: string[] | null;
}

export interface NewKey {
  name: string;
  scopes: Scope[];
  siteId?: string | null | undefined;
  expiresAt?: Date | null | undefined;
  origins?: string[] | undefined;
}

/** A key as shown in lists. */
export interface KeyInfo extends Access {
  hint: string;
  createdAt: Date;
  expiresAt: Date | null;
  revokedAt: Date | null;
  lastUsedAt: Date | null;
}

/** `mr_` and 256 random bits. */
export const generateKey = () => `mr_${randomBytes(32).toString('base64url')}`;

/** Whether `text` has the format of a key; anything else is not looked up. */
export const looksLikeKey = (text: string) => /^mr_[A-Za-z0-9_-]{43}$/.test(text);

/** A fast hash is enough for 256 random bits, which cannot be brute-forced. */
export const hashKey = (key: string): Buffer => createHash('sha256').update(key).digest();

const hintLength = 8;

const insert = `/* access.registerKey */
insert into api_keys (id, name, key_hash, hint, scopes, site_id, expires_at, origins)
values ($1, $2, $3, $4, $5, $6, $7, $8)
on conflict (key_hash) do nothing`;

/** Stores a given key; does nothing if it exists. */
export async function registerKey(
  pool: Pool,
  key: string,
  { name, scopes, siteId, expiresAt, origins }: NewKey,
): Promise<string> {
  const id = randomUUID();
  const hint = key.slice(0, hintLength);
  const values = [id, name, hashKey(key), hint, scopes, siteId ?? null, expiresAt ?? null, origins ?? null];
  await pool.query(insert, values);
  return id;
}

/** Creates a key. The key itself is returned only here. */
export async function createKey(pool: Pool, given: NewKey): Promise<{ id: string; key: string }> {
  const key = generateKey();
  return { id: await registerKey(pool, key, given), key };
}

const columns = `id as "keyId", name, scopes, site_id as "siteId", origins, hint, created_at as "createdAt",
  expires_at as "expiresAt", revoked_at as "revokedAt", last_used_at as "lastUsedAt"`;

/** All keys, newest first, including revoked and expired ones. */
export async function listKeys(pool: Pool): Promise<KeyInfo[]> {
  const { rows } = await pool.query<KeyInfo>(
    `/* access.listKeys */ select ${columns} from api_keys order by created_at desc, id`,
  );
  return rows;
}

/** False if there is no such key or it is already revoked. Takes effect everywhere within half a minute. */
export async function revokeKey(pool: Pool, id: string): Promise<boolean> {
  const { rowCount } = await pool.query(
    '/* access.revokeKey */ update api_keys set revoked_at = now() where id::text = $1 and revoked_at is null',
    [id],
  );
  return rowCount === 1;
}

/** The key with this hash, unless it is revoked or expired. */
export async function findKey(pool: Pool, hash: Buffer): Promise<(Access & { hash: Buffer }) | undefined> {
  const { rows } = await pool.query<Access & { hash: Buffer }>(
    `/* access.findKey */ select id as "keyId", name, scopes, site_id as "siteId", origins, key_hash as hash from api_keys
    where key_hash = $1 and revoked_at is null and (expires_at is null or expires_at > now())`,
    [hash],
  );
  return rows[0];
}

/** Saves when keys were last used, by id, unless another process has saved a later use. */
export async function touchKeys(pool: Pool, used: ReadonlyMap<string, Date>): Promise<void> {
  await pool.query(
    `/* access.touchKeys */ update api_keys set last_used_at = greatest(last_used_at, used_at)
    from unnest($1::uuid[], $2::timestamptz[]) as used (key_id, used_at) where id = key_id`,
    [[...used.keys()], [...used.values()]],
  );
}
