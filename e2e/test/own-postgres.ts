/** Turns nothing into a durable Postgres of one test's own, which the test may stop, crash and start again. */
import { spawnSync } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { startEmbeddedPostgres } from '@millrace/dev/embedded-postgres';
import { makeStoresFolder } from '@millrace/dev/throw-away-folder';

export interface OwnPostgres {
  url: string;
  /** SIGINT stops it in order, SIGKILL is a crash; then starts it on the same data and port. */
  restart(how: 'SIGINT' | 'SIGKILL'): Promise<void>;
  /** In order, until {@link OwnPostgres.start} starts it on the same data and port. */
  stop(): Promise<void>;
  start(): Promise<void>;
  /** SIGSTOP freezes the server with all its processes, SIGCONT lets it go on. */
  signal(how: 'SIGSTOP' | 'SIGCONT'): void;
  remove(): Promise<void>;
}

export async function makeOwnPostgres(): Promise<OwnPostgres> {
  const home = makeStoresFolder();
  let running = await startEmbeddedPostgres({ home, fsync: true });
  const port = Number(new URL(running.url).port);
  async function end(how: 'SIGINT' | 'SIGKILL'): Promise<void> {
    process.kill(running.pid, how);
    await running.ended;
  }
  async function start(): Promise<void> {
    running = await startEmbeddedPostgres({ home, port, fsync: true });
  }
  return {
    url: running.url,
    async restart(how) {
      await end(how);
      await start();
    },
    stop: () => end('SIGINT'),
    start,
    signal(how) {
      const children = spawnSync('pgrep', ['-P', String(running.pid)], { encoding: 'utf8' }).stdout.split('\n');
      for (const pid of [running.pid, ...children.filter(Boolean).map(Number)]) process.kill(pid, how);
    },
    async remove() {
      await running.stop();
      await rm(home, { recursive: true, force: true });
    },
  };
}
