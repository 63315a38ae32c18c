import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { CommandError } from '@millrace/shared/commands/command-error';
import type { ClosingList } from '../processes/closing-list.js';
import { stopWhenOrphaned } from '../processes/stop-when-orphaned.js';
import { findFreePort } from './free-port.js';
import { makeStoresFolder, makeThrowAwayFolder } from './throw-away-folder.js';

export interface RedisOptions {
  /** Sync to disk with each command, as in production. Otherwise the file is only written, which services accept. */
  durable: boolean;
}

/** Starts a Redis and returns its URL, or undefined when no redis-server is on the PATH. */
export async function startThrowAwayRedis(
  closing: ClosingList,
  { durable }: RedisOptions,
): Promise<string | undefined> {
  if (spawnSync('redis-server', ['--version'], { stdio: 'ignore' }).status !== 0) return undefined;
  const port = await findFreePort();
  const folder = makeThrowAwayFolder(closing, durable ? undefined : makeStoresFolder);
  const appendFsync = durable ? 'always' : 'no';
  const durability = [
    '--appendonly',
    'yes',
    '--appendfsync',
    appendFsync,
    '--maxmemory-policy',
    'noeviction',
    '--save',
    '',
  ];
  const location = ['--bind', '127.0.0.1', '--port', String(port), '--dir', folder];
  // Detached, so that Ctrl-C does not stop Redis before its users.
  const child = spawn('redis-server', [...location, ...durability], { detached: true, stdio: 'ignore' });
  stopOnClose(child, closing);
  await waitUntilListening(child, port);
  return `redis://127.0.0.1:${port}`;
}

function stopOnClose(child: ChildProcess, closing: ClosingList): void {
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const watch = stopWhenOrphaned(child.pid ?? 0, 'TERM');
  closing.add(async () => {
    child.kill('SIGTERM');
    await ended;
    watch.cancel();
  });
}

async function waitUntilListening(child: ChildProcess, port: number): Promise<void> {
  const end = Date.now() + 10_000;
  while (!(await canConnect(port))) {
    if (child.exitCode !== null || Date.now() > end)
      throw new CommandError('The redis-server on the PATH did not start.');
    await sleep(20);
  }
}

function canConnect(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
    socket.once('close', () => socket.destroy());
    socket.once('connect', () => socket.end());
  });
}
