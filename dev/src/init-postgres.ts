/** Turns an empty folder into a Postgres data directory with a password of its own. */
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ClearError } from './clear-error.js';
import type { PostgresUser } from './drop-root.js';

/** Name of the database superuser and owner of everything. */
export const databaseUser = 'millrace';

/** Environment of the Postgres programs: nothing of ours (PGPORT, PGDATA, LANG...) may change what they do. */
export const postgresEnvironment = { PATH: process.env.PATH ?? '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };

/** Files of one embedded Postgres below its home folder. */
export interface PostgresFiles {
  home: string;
  dataDir: string;
  passwordFile: string;
  logFile: string;
}

/** Returns where the files of the Postgres of `home` are. */
export function postgresFiles(home: string): PostgresFiles {
  return {
    home,
    dataDir: join(home, 'postgres'),
    passwordFile: join(home, 'postgres.password'),
    logFile: join(home, 'postgres.log'),
  };
}

/** Makes the data directory unless it exists, and returns the password of the database user. */
export function initPostgres(initdb: string, files: PostgresFiles, user: PostgresUser): string {
  if (existsSync(files.dataDir)) return readPassword(files);
  // Made under another name first: an initdb that was cut short never looks like a finished one.
  const draft = `${files.dataDir}.new`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { mode: 0o700 });
  const password = randomBytes(24).toString('base64url');
  writeFileSync(files.passwordFile, password, { mode: 0o600 });
  if (user.owner) for (const path of [draft, files.passwordFile]) chownSync(path, user.owner.uid, user.owner.gid);
  runInitdb(initdb, draft, files, user);
  renameSync(draft, files.dataDir);
  return password;
}

function readPassword(files: PostgresFiles): string {
  if (existsSync(files.passwordFile)) return readFileSync(files.passwordFile, 'utf8');
  throw new ClearError(
    `The password of the database in ${files.dataDir} is gone: put ${files.passwordFile} back, or remove both to start with an empty database.`,
  );
}

function runInitdb(initdb: string, dataDir: string, files: PostgresFiles, user: PostgresUser): void {
  const settings = ['--username', databaseUser, '--pwfile', files.passwordFile, '--auth', 'scram-sha-256'];
  // The built-in provider sorts the same everywhere; ICU or libc would change with the system's version.
  const locale = ['--encoding', 'UTF8', '--locale-provider', 'builtin', '--builtin-locale', 'C.UTF-8', '--locale', 'C'];
  const [command = initdb, ...args] = [
    ...user.prefix,
    initdb,
    '-D',
    dataDir,
    '--no-instructions',
    ...settings,
    ...locale,
  ];
  const result = spawnSync(command, args, { ...user.options, cwd: '/', env: postgresEnvironment, encoding: 'utf8' });
  if (result.status === 0) return;
  rmSync(dataDir, { recursive: true, force: true });
  const output = `${result.stdout ?? ''}${result.stderr ?? ''}${result.error?.message ?? ''}`;
  if (/no space left on device/i.test(output)) throw new ClearError(diskFull(files.home));
  throw new ClearError(`The embedded Postgres could not be set up in ${files.home}:\n${output.trimEnd()}`);
}

/** The sentence for a full disk below `folder`. */
export function diskFull(folder: string): string {
  return `The disk that holds ${folder} is full, so Postgres cannot run: free some space and run the same command again.`;
}
