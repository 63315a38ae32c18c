/** Turns nothing into a durable Postgres of one test's own, which the test may stop, crash and start again. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '@millrace/dev/embedded-postgres';

export interface OwnPostgres {
  url: string;
  /** SIGINT stops it in order, SIGKILL is a crash; then starts it on the same data and port. */
  restart(how: 'SIGINT' | 'SIGKILL'): Promise<void>;
  remove(): Promise<void>;
}

export async function makeOwnPostgres(): Promise<OwnPostgres> {
  const home = await mkdtemp(join(tmpdir(), 'millrace-postgres-'));
  let running = await startEmbeddedPostgres({ home, fsync: true });
  const port = Number(new URL(running.url).port);
  return {
    url: running.url,
    async restart(how) {
      process.kill(running.pid, how);
      await running.ended;
      running = await startEmbeddedPostgres({ home, port, fsync: true });
    },
    async remove() {
      await running.stop();
      await rm(home, { recursive: true, force: true });
    },
  };
}
