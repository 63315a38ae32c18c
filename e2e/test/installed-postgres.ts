/** The Postgres that is installed on this machine, since the embedded one comes without pg_dump and pg_basebackup. */
import { execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { choosePostgresUser } from '@millrace/dev/stores/drop-root';
import { findFreePort } from '@millrace/dev/stores/free-port';
import { makeStoresFolder } from '@millrace/dev/stores/throw-away-folder';
import { endWithTest } from '@millrace/shared/testing/end-with-test';
import { eventually } from '@millrace/shared/testing/eventually';
import pg from 'pg';

const versions = '/usr/lib/postgresql';

/** The `bin` folder of the newest installed Postgres, if there is one. @throws Error if there is none and CI=true */
function findPrograms(): string | undefined {
  const newest = existsSync(versions) ? readdirSync(versions).sort((a, b) => Number(b) - Number(a)) : [];
  const found = newest
    .map((version) => join(versions, version, 'bin'))
    .find((bin) => existsSync(join(bin, 'postgres')));
  if (found !== undefined) return found;
  if (process.env.CI === 'true') throw new Error('With CI=true backups must be tested: install postgresql.');
  process.stderr.write(`There is no Postgres in ${versions}: skipping the tests of backups.\n`);
  return undefined;
}

export const programs = findPrograms();

export interface InstalledPostgres {
  /** Of its superuser, and of database `postgres`. */
  url: string;
  dataFolder: string;
  /** Starts it; the data folder may have been filled meanwhile. */
  start(settings?: Record<string, string>): Promise<void>;
  stop(): Promise<void>;
  remove(): Promise<void>;
}

/** Runs one of its programs and resolves with the output. */
export async function runProgram(name: string, args: string[], cwd?: string): Promise<string> {
  const { stdout } = await promisify(execFile)(join(programs!, name), args, { cwd });
  return stdout;
}

/** A server that is not running yet, with an empty database unless `isEmpty` is false. It listens on 127.0.0.1 only, since it has no password. */
export async function makeInstalledPostgres({ isEmpty = true } = {}): Promise<InstalledPostgres> {
  const home = makeStoresFolder();
  const dataFolder = join(home, 'data');
  const port = await findFreePort();
  const user = choosePostgresUser(join(programs!, 'postgres'), home, dataFolder);
  const commandOf = (name: string, args: string[]) => [...user.prefix, join(programs!, name), ...args];
  mkdirSync(dataFolder, { mode: 0o700 });
  if (user.owner) chownSync(dataFolder, user.owner.uid, user.owner.gid);
  if (isEmpty) {
    const init = [
      '-D',
      dataFolder,
      '--username=millrace',
      '--auth=trust',
      '--encoding=UTF8',
      '--locale=C',
      '--no-sync',
    ];
    const [command, ...args] = commandOf('initdb', init);
    const { status, stderr } = spawnSync(command!, args, { ...user.options, cwd: '/', encoding: 'utf8' });
    if (status !== 0) throw new Error(`initdb failed: ${stderr}`);
  }
  const url = `postgres://millrace@127.0.0.1:${port}/postgres`;
  let stop = async () => {};

  async function start(settings: Record<string, string> = {}): Promise<void> {
    const fixed = {
      port: String(port),
      listen_addresses: '127.0.0.1',
      unix_socket_directories: '',
      max_connections: '200',
    };
    const given = Object.entries({ ...fixed, fsync: 'off', ...settings }).flatMap(([name, value]) => [
      '-c',
      `${name}=${value}`,
    ]);
    const [command, ...args] = commandOf('postgres', ['-D', dataFolder, ...given]);
    const child = endWithTest(spawn(command!, args, { ...user.options, cwd: '/', stdio: 'ignore', detached: true }));
    const exited = once(child, 'exit');
    stop = async () => {
      child.kill('SIGINT');
      await exited;
    };
    await eventually(() => answers(url), 'the installed Postgres answers');
  }
  const remove = async () => {
    await stop();
    await rm(home, { recursive: true, force: true });
  };
  return { url, dataFolder, start, stop: () => stop(), remove };
}

/** Also false during recovery from a base backup. */
async function answers(url: string): Promise<boolean> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    return (await client.query('select not pg_is_in_recovery() as ready')).rows[0].ready;
  } finally {
    await client.end();
  }
}
