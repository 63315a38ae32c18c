/** A separate, durable Postgres that a test can stop, crash and restart. */
import { spawnSync } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { startEmbeddedPostgres } from '@millrace/dev/stores/embedded-postgres';
import { makeStoresFolder } from '@millrace/dev/stores/throw-away-folder';

export interface OwnPostgres {
  url: string;
  /** Restarts it on the same data and port after a clean stop (SIGINT) or a crash (SIGKILL). */
  restart(how: 'SIGINT' | 'SIGKILL'): Promise<void>;
  /** Stops it cleanly; {@link OwnPostgres.start} starts it again on the same data and port. */
  stop(): Promise<void>;
  start(): Promise<void>;
  /** SIGSTOP freezes all processes of the server, SIGCONT resumes them. */
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
