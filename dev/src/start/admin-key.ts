/** The administrator key of this machine: generated once, in a file that only its owner can read. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateKey, looksLikeKey, registerKey } from '@millrace/shared/access/keys';
import { CommandError } from '@millrace/shared/commands/command-error';
import { createLogger } from '@millrace/shared/platform/logger';
import { createPool } from '@millrace/shared/platform/postgres';

const onlyOwner = 0o600;

function readOrMake(file: string): string {
  if (!existsSync(file)) writeFileSync(file, `${generateKey()}\n`, { mode: onlyOwner, flag: 'wx' });
  const key = readFileSync(file, 'utf8').trim();
  if (looksLikeKey(key)) return key;
  throw new CommandError(`${file} does not contain a key: delete it, and the next start creates a new one.`);
}

/** Returns the key file, after registering the key in the database if it is missing there. */
export async function ensureAdminKey(dataFolder: string, databaseUrl: string): Promise<string> {
  const file = join(dataFolder, 'admin-key');
  const key = readOrMake(file);
  const options = { max: 1, statementTimeoutMs: 10_000, applicationName: 'millrace-admin-key' };
  const pool = createPool(databaseUrl, createLogger('dev', 'silent'), options);
  try {
    await registerKey(pool, key, { name: 'npm start', scopes: ['admin'] });
  } finally {
    await pool.end();
  }
  return file;
}
