import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '@millrace/shared/testing/eventually';
import pg from 'pg';
import { afterAll, expect, it, onTestFinished } from 'vitest';
import { createClosingList } from '../src/processes/closing-list.js';
import { isAlive } from '../src/processes/wait-until-gone.js';
import { startEmbeddedPostgres } from '../src/stores/embedded-postgres.js';
import { makeThrowAwayFolder } from '../src/stores/throw-away-folder.js';

const closing = createClosingList();
afterAll(() => closing.closeAll());

/** Kills Postgres, but leaves one of its processes running. */
async function killAllButOne(home: string): Promise<number> {
  const postgres = await startEmbeddedPostgres({ home, fsync: false });
  const client = new pg.Client(postgres.url);
  client.on('error', () => {});
  await client.connect();
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
  const { pid } = rows[0]!;
  process.kill(pid, 'SIGSTOP');
  onTestFinished(() => void (isAlive(pid) && process.kill(pid, 'SIGKILL')));
  process.kill(postgres.pid, 'SIGKILL');
  await postgres.ended;
  client.end().catch(() => {});
  return pid;
}

it.each([
  ['short', 1_000],
  ['so large that it is truncated', 6_000_000],
])('starts once the last process of a killed server has ended, with a log that is %s', async (_how, letters) => {
  const home = makeThrowAwayFolder(closing);
  const log = join(home, 'postgres.log');
  const survivor = await killAllButOne(home);
  // Each letter takes two bytes.
  writeFileSync(log, `${'é'.repeat(letters)}\n`);
  const starting = startEmbeddedPostgres({ home, fsync: false });
  const failed = starting.then(
    () => 'started',
    (error: Error) => error.message,
  );
  await eventually(
    async () => readFileSync(log).includes('pre-existing shared memory block'),
    'a first start fails because the process still holds the shared memory',
  );
  process.kill(survivor, 'SIGCONT');
  expect(await failed).toBe('started');
  await (await starting).stop();
});
