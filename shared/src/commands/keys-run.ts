import type { Writable } from 'node:stream';
import { createKey, type KeyInfo, listKeys, revokeKey } from '../access/keys.js';
import type { Pool } from '../platform/postgres.js';
import { dayMs } from '../time/durations.js';
import { type DatabaseUrl, describeFailure, onDatabase } from './command-database.js';
import { CommandError } from './command-error.js';
import { type KeyOptions, type KeysCommandLine, keysHelp, keysOptions } from './keys-options.js';

export interface KeysDeps {
  stdout: Writable;
  stderr: Writable;
  databaseUrl: DatabaseUrl;
}

interface Output {
  /** The result, for stdout. */
  out: string;
  /** Hints for people, for stderr. */
  note?: string;
}

async function create(pool: Pool, { name, scopes, siteId, days, origins }: KeyOptions): Promise<Output> {
  const expiresAt = days === undefined ? undefined : new Date(Date.now() + days * dayMs);
  const { id, key } = await createKey(pool, { name, scopes, siteId, expiresAt, origins });
  const where = siteId === undefined ? 'all sites' : `site ${siteId}`;
  const use = origins
    ? `A public key for pages of ${origins.join(', ')}: add it to them as  data-key="<key>"`
    : 'Send it as  Authorization: Bearer <key>';
  const note = `Save the key now: it is not shown again. Id ${id}, scopes ${scopes.join(', ')}, ${where}.\n${use}\n`;
  return { out: `${key}\n`, note };
}

function stateOf({ revokedAt, expiresAt }: KeyInfo): string {
  if (revokedAt) return `revoked ${revokedAt.toISOString()}`;
  if (!expiresAt) return 'valid';
  return `${expiresAt < new Date() ? 'expired' : 'valid until'} ${expiresAt.toISOString()}`;
}

const header = ['ID', 'KEY', 'SCOPES', 'SITE', 'ORIGINS', 'STATE', 'LAST USED', 'NAME'];

const cellsOf = (key: KeyInfo): string[] => [
  key.keyId,
  `${key.hint}…`,
  key.scopes.join(','),
  key.siteId ?? 'all sites',
  key.origins?.join(',') ?? '',
  stateOf(key),
  key.lastUsedAt?.toISOString() ?? 'never',
  key.name,
];

function table(rows: string[][]): string {
  const widths = rows[0]!.map((_cell, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows
    .map(
      (row) =>
        `${row
          .map((cell, column) => cell.padEnd(widths[column]!))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}

async function list(pool: Pool): Promise<Output> {
  const keys = await listKeys(pool);
  if (keys.length === 0) return { out: 'There are no keys.\n' };
  return { out: table([header, ...keys.map(cellsOf)]), note: 'Times of last use are up to a minute late.\n' };
}

async function execute(pool: Pool, command: Exclude<KeysCommandLine, { kind: 'help' | 'problem' }>): Promise<Output> {
  if (command.kind === 'create') return create(pool, command.options);
  if (command.kind === 'list') return list(pool);
  if (await revokeKey(pool, command.id)) return { out: `Revoked ${command.id}.\n` };
  throw new CommandError(`There is no valid key with the id ${command.id}. \`npm run keys -- list\` shows all keys.`);
}

/** Returns the exit code. */
export async function runKeys(args: string[], { stdout, stderr, databaseUrl }: KeysDeps): Promise<0 | 1> {
  const command = keysOptions(args);
  if (command.kind === 'help') {
    stdout.write(keysHelp);
    return 0;
  }
  if (command.kind === 'problem') {
    stderr.write(`keys: ${command.message} See --help.\n`);
    return 1;
  }
  try {
    const { out, note = '' } = await onDatabase('keys', databaseUrl, (pool) => execute(pool, command));
    stdout.write(out);
    stderr.write(note);
    return 0;
  } catch (error) {
    stderr.write(`keys: ${describeFailure(error)}\n`);
    return 1;
  }
}
