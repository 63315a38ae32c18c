/** Browser sessions in the database. Like keys, tokens are stored as hashes. */
import { randomBytes } from 'node:crypto';
import type { Pool } from '../platform/postgres.js';
import { type Access, hashKey } from './keys.js';

/** Until the user has to log in again. */
export const sessionHours = 12;

/** Returns the session's token, which cannot be retrieved again. */
export async function startSession(pool: Pool, keyId: string): Promise<string> {
  const token = randomBytes(32).toString('base64url');
  await pool.query(
    `/* access.startSession */ insert into sessions (token_hash, key_id, expires_at)
    values ($1, $2, now() + make_interval(hours => $3))`,
    [hashKey(token), keyId, sessionHours],
  );
  return token;
}

/** The access of the session's key; undefined if either is over. Called for each request, so that revoking a key ends its sessions. */
export async function findSession(pool: Pool, token: string): Promise<Access | undefined> {
  const { rows } = await pool.query<Access>(
    `/* access.findSession */ select k.id as "keyId", k.name, k.scopes, k.site_id as "siteId", k.origins
    from sessions s join api_keys k on k.id = s.key_id
    where s.token_hash = $1 and s.expires_at > now()
      and k.revoked_at is null and (k.expires_at is null or k.expires_at > now())`,
    [hashKey(token)],
  );
  return rows[0];
}

export async function endSession(pool: Pool, token: string): Promise<void> {
  await pool.query('/* access.endSession */ delete from sessions where token_hash = $1', [hashKey(token)]);
}
