import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { CommandError } from '@millrace/shared/commands/command-error';
import type { PostgresUser } from './drop-root.js';

/** The superuser, who owns everything in the database. */
export const databaseUser = 'millrace';

/** The environment of the Postgres programs. Variables such as PGPORT, PGDATA and LANG must not reach them. */
export const postgresEnvironment = { PATH: process.env.PATH ?? '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };

/** Files of one embedded Postgres below its home folder. */
export interface PostgresFiles {
  home: string;
  dataDir: string;
  passwordFile: string;
  logFile: string;
}

/** Paths of the Postgres files below `home`. */
export function postgresFiles(home: string): PostgresFiles {
  return {
    home,
    dataDir: join(home, 'postgres'),
    passwordFile: join(home, 'postgres.password'),
    logFile: join(home, 'postgres.log'),
  };
}

const draftPrefix = 'postgres.new';

/** Creates the data directory unless it exists, and returns the password of the superuser. */
export async function initPostgres(initdb: string, files: PostgresFiles, user: PostgresUser): Promise<string> {
  if (existsSync(files.dataDir)) return readPassword(files);
  // Created under another name first, so that an interrupted initdb never looks finished.
  removeDrafts(files);
  const draft = join(files.home, `${draftPrefix}.${process.pid}`);
  mkdirSync(draft, { mode: 0o700 });
  const password = randomBytes(24).toString('base64url');
  writeFileSync(files.passwordFile, password, { mode: 0o600 });
  if (user.owner) for (const path of [draft, files.passwordFile]) chownSync(path, user.owner.uid, user.owner.gid);
  await runInitdb(initdb, draft, files, user);
  renameSync(draft, files.dataDir);
  return password;
}

/** Removes what interrupted starts have left. An initdb that survived its start may still be writing there, hence a folder for each process. */
function removeDrafts({ home }: PostgresFiles): void {
  for (const name of readdirSync(home).filter((entry) => entry.startsWith(draftPrefix))) {
    rmSync(join(home, name), { recursive: true, force: true, maxRetries: 10 });
  }
}

function readPassword(files: PostgresFiles): string {
  if (existsSync(files.passwordFile)) return readFileSync(files.passwordFile, 'utf8');
  throw new CommandError(
    `The password of the database in ${files.dataDir} is missing: restore ${files.passwordFile}, or remove both to start with an empty database.`,
  );
}

async function runInitdb(initdb: string, dataDir: string, files: PostgresFiles, user: PostgresUser): Promise<void> {
  const settings = ['--username', databaseUser, '--pwfile', files.passwordFile, '--auth', 'scram-sha-256'];
  // The built-in provider sorts the same everywhere; ICU and libc differ between versions.
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
  const { code, output } = await run(command, args, user);
  if (code === 0) return;
  rmSync(dataDir, { recursive: true, force: true });
  if (/no space left on device/i.test(output)) throw new CommandError(diskFull(files.home));
  throw new CommandError(`The embedded Postgres could not be initialized in ${files.home}:\n${output.trimEnd()}`);
}

/** Runs a program of Postgres in a process group of its own, since Ctrl-C would make it fail halfway. */
function run(command: string, args: string[], user: PostgresUser): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      ...{ ...user.options, cwd: '/', env: postgresEnvironment, detached: true },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
    child.once('error', (error) => resolve({ code: null, output: error.message }));
    child.once('close', (code) => resolve({ code, output }));
  });
}

/** The message for a full disk. */
export function diskFull(folder: string): string {
  return `The disk that holds ${folder} is full, so Postgres cannot run: free some space and run the same command again.`;
}
