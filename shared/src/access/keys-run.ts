/** Turns the arguments of `npm run keys` into an exit code, and says on the given streams what was done. */
import type { Writable } from 'node:stream';
import { CommandError, type DatabaseUrl, describeFailure, onDatabase } from '../command-database.js';
import type { Pool } from '../postgres.js';
import { createKey, type KeyInfo, listKeys, revokeKey } from './keys.js';
import { type KeyOptions, type KeysCommandLine, keysHelp, keysOptions } from './keys-options.js';

export interface KeysSurroundings {
  stdout: Writable;
  stderr: Writable;
  databaseUrl: DatabaseUrl;
}

const dayMs = 86_400_000;

async function create(pool: Pool, { name, scopes, siteId, days }: KeyOptions): Promise<string> {
  const expiresAt = days === undefined ? undefined : new Date(Date.now() + days * dayMs);
  const { id, key } = await createKey(pool, { name, scopes, siteId, expiresAt });
  const where = siteId === undefined ? 'all sites' : `site ${siteId}`;
  return `${key}\n\nKeep it now: it is not shown again. Id ${id}, scopes ${scopes.join(', ')}, ${where}.
Send it as  Authorization: Bearer <key>\n`;
}

function stateOf({ revokedAt, expiresAt }: KeyInfo): string {
  if (revokedAt) return `revoked ${revokedAt.toISOString()}`;
  if (!expiresAt) return 'valid';
  return `${expiresAt < new Date() ? 'expired' : 'valid until'} ${expiresAt.toISOString()}`;
}

function line(key: KeyInfo): string {
  const used = key.lastUsedAt ? `last used ${key.lastUsedAt.toISOString()}` : 'never used';
  return [
    key.keyId,
    `${key.hint}…`,
    key.scopes.join(','),
    key.siteId ?? 'all sites',
    stateOf(key),
    used,
    key.name,
  ].join('  ');
}

async function execute(pool: Pool, command: Exclude<KeysCommandLine, { kind: 'help' | 'problem' }>): Promise<string> {
  if (command.kind === 'create') return create(pool, command.options);
  if (command.kind === 'list')
    return (await listKeys(pool)).map((key) => `${line(key)}\n`).join('') || 'There are no keys.\n';
  if (await revokeKey(pool, command.id)) return `Revoked ${command.id}.\n`;
  throw new CommandError(`There is no valid key with the id ${command.id}: \`npm run keys -- list\` shows all.`);
}

/** 0 when it was done, 1 when not. */
export async function runKeys(args: string[], { stdout, stderr, databaseUrl }: KeysSurroundings): Promise<0 | 1> {
  const command = keysOptions(args);
  if (command.kind === 'help') {
    stdout.write(keysHelp);
    return 0;
  }
  if (command.kind === 'problem') {
    stderr.write(`keys: ${command.message} (--help shows how)\n`);
    return 1;
  }
  try {
    stdout.write(await onDatabase('keys', databaseUrl, (pool) => execute(pool, command)));
    return 0;
  } catch (error) {
    stderr.write(`keys: ${describeFailure(error)}\n`);
    return 1;
  }
}
