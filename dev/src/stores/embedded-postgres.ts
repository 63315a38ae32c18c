import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, statSync } from 'node:fs';
import type { Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { CommandError } from '@millrace/shared/commands/command-error';
import { stopWhenOrphaned } from '../processes/stop-when-orphaned.js';
import { choosePostgresUser, type PostgresUser } from './drop-root.js';
import { findFreePort, portProblem } from './free-port.js';
import {
  databaseUser,
  diskFull,
  initPostgres,
  type PostgresFiles,
  postgresEnvironment,
  postgresFiles,
} from './init-postgres.js';
import { findPostgresBinaries } from './postgres-binaries.js';
import { createDatabase, postgresAnswers } from './postgres-connection.js';
import { type PostgresSettings, postgresArguments } from './postgres-settings.js';
import { stopStalePostgres } from './stop-stale-postgres.js';

/** Where the data is stored, and how durable it must be. */
export interface EmbeddedPostgresOptions {
  /** Folder that gets the data directory, the log and the password file. */
  home: string;
  /** Default: a free port. */
  port?: number;
  /** Default true. Use false only for throw-away databases. */
  fsync?: boolean;
}

/** A running Postgres. */
export interface EmbeddedPostgres {
  /** Connection URL of the database, with its password. */
  url: string;
  pid: number;
  /** If this process is killed, Postgres keeps running until every holder of this stream has ended. */
  lifeline: Writable;
  /** Resolves when Postgres has ended, for any reason. */
  ended: Promise<void>;
  /** Fast shutdown, or after a deadline an immediate one, from which the next start recovers. */
  stop(deadlineMs?: number): Promise<void>;
}

/** Starts Postgres, after initializing it the first time, and resolves when it accepts connections. @throws CommandError */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const binaries = findPostgresBinaries();
  const files = postgresFiles(options.home);
  mkdirSync(files.home, { recursive: true });
  const user = choosePostgresUser(binaries.postgres, files.home, files.dataDir);
  const password = await initPostgres(binaries.initdb, files, user);
  await stopStalePostgres(files.dataDir);
  const settings = { port: await choosePort(options.port), fsync: options.fsync ?? true };
  const start = () => superviseChild(spawnPostgres(binaries.postgres, files, user, settings), url);
  const url = `postgres://${databaseUser}:${password}@127.0.0.1:${settings.port}/${databaseUser}`;
  for (const deadline = Date.now() + shutdownMs; ; await sleep(200)) {
    const before = isLarge(files.logFile) ? 0 : logSize(files.logFile);
    const running = start();
    try {
      await waitUntilReady(running, files);
      return running;
    } catch (error) {
      await running.stop();
      if (Date.now() > deadline || !isStillInUse(files.logFile, before)) throw error;
    }
  }
}

/** How long to wait for the processes of a killed Postgres; until they end, their data cannot be used. */
const shutdownMs = 15_000;

const isStillInUse = (logFile: string, from: number) =>
  readFileSync(logFile).subarray(from).includes('pre-existing shared memory block');

async function choosePort(requested: number | undefined): Promise<number> {
  if (requested === undefined) return findFreePort();
  const problem = await portProblem('127.0.0.1', requested);
  if (problem === undefined) return requested;
  throw new CommandError(`Postgres cannot listen on port ${requested} of 127.0.0.1 (${problem}): choose another port.`);
}

function spawnPostgres(
  postgres: string,
  files: PostgresFiles,
  user: PostgresUser,
  settings: PostgresSettings,
): ChildProcess {
  const [command = postgres, ...args] = [...user.prefix, postgres, ...postgresArguments(files.dataDir, settings)];
  // Truncates a large log first.
  const log = openSync(files.logFile, isLarge(files.logFile) ? 'w' : 'a', 0o600);
  try {
    // Detached, so that Ctrl-C in the terminal does not stop Postgres before the services have drained.
    const stdio: ['ignore', number, number] = ['ignore', log, log];
    return spawn(command, args, { ...user.options, cwd: '/', env: postgresEnvironment, detached: true, stdio });
  } finally {
    closeSync(log);
  }
}

function superviseChild(child: ChildProcess, url: string): EmbeddedPostgres {
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  const watch = stopWhenOrphaned(child.pid ?? 0, 'INT');
  void ended.then(() => watch.cancel());
  const stop = async (deadlineMs = 15_000): Promise<void> => {
    child.kill('SIGINT');
    const late = setTimeout(() => child.kill('SIGQUIT'), deadlineMs);
    await ended;
    clearTimeout(late);
  };
  return { url, pid: child.pid ?? 0, lifeline: watch.lifeline, ended, stop };
}

async function waitUntilReady(running: EmbeddedPostgres, files: PostgresFiles): Promise<void> {
  // Recovery after a crash reads up to max_wal_size of log, hence the generous deadline.
  const end = Date.now() + 120_000;
  let over = false;
  void running.ended.then(() => {
    over = true;
  });
  while (!(await postgresAnswers(running.url))) {
    if (over || Date.now() > end) throw startFailure(files);
    await sleep(50);
  }
  await createDatabase(running.url);
}

function startFailure(files: PostgresFiles): CommandError {
  const tail = readFileSync(files.logFile, 'utf8').trimEnd().split('\n').slice(-8).join('\n');
  if (/no space left on device/i.test(tail)) return new CommandError(diskFull(files.home));
  if (/data directory was initialized by PostgreSQL version/.test(tail)) {
    return new CommandError(
      `The data in ${files.dataDir} belongs to another major version of Postgres: dump it with that version, move the folder away, and restore.`,
    );
  }
  return new CommandError(`The embedded Postgres did not start; the end of its log ${files.logFile} says:\n${tail}`);
}

const logSize = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0;

const isLarge = (file: string): boolean => logSize(file) > 10_000_000;
