/** The embedded database of a running `npm start`, for commands that work on it. */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive } from '../processes/wait-until-gone.js';
import { databaseUser, postgresFiles } from '../stores/init-postgres.js';
import { readStartSettings } from './start-settings.js';

/** Writes the URL of the embedded Postgres into the data folder, for commands and psql. Returns a function that removes it. */
export function announceDatabase(dataFolder: string, url: string): () => void {
  const file = join(dataFolder, 'database-url');
  rmSync(file, { force: true });
  // The URL contains the password.
  writeFileSync(file, `${url}\n`, { mode: 0o600, flag: 'wx' });
  return () => rmSync(file, { force: true });
}

/** Lines of postmaster.pid: process id first, port fourth (PostgreSQL's miscadmin.h, LOCK_FILE_LINE_PORT). */
const portLine = 3;

/** DATABASE_URL, or the URL of the running embedded Postgres, or undefined. */
export function runningDatabaseUrl(env: NodeJS.ProcessEnv): string | undefined {
  const { databaseUrl, dataFolder } = readStartSettings(env);
  if (databaseUrl) return databaseUrl;
  const { dataDir, passwordFile } = postgresFiles(dataFolder);
  const pidFile = join(dataDir, 'postmaster.pid');
  if (!existsSync(pidFile) || !existsSync(passwordFile)) return undefined;
  const lines = readFileSync(pidFile, 'utf8').split('\n');
  const port = lines[portLine];
  if (!port || !isAlive(Number.parseInt(lines[0]!, 10))) return undefined;
  return `postgres://${databaseUser}:${readFileSync(passwordFile, 'utf8')}@127.0.0.1:${port}/${databaseUser}`;
}
