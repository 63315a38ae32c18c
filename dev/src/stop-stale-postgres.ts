/** Turns a Postgres that a crashed run left behind on our data into a stopped one. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ClearError } from './clear-error.js';
import { isAlive, waitUntilGone } from './wait-until-gone.js';

/** Stops a Postgres that still runs on `dataDir`: its clients are gone with the run that started it. */
export async function stopStalePostgres(dataDir: string): Promise<void> {
  const pid = livingPostmaster(dataDir);
  if (pid === undefined) return;
  process.kill(pid, 'SIGINT');
  if (await waitUntilGone(pid, 20_000)) return;
  process.kill(pid, 'SIGQUIT');
  if (await waitUntilGone(pid, 5_000)) return;
  throw new ClearError(
    `An earlier Postgres (process ${pid}) still runs on ${dataDir} and does not stop: end that process and run the same command again.`,
  );
}

function livingPostmaster(dataDir: string): number | undefined {
  try {
    const pid = Number.parseInt(readFileSync(join(dataDir, 'postmaster.pid'), 'utf8'), 10);
    return pid > 1 && isAlive(pid) && isPostgres(pid) ? pid : undefined;
  } catch {
    return undefined;
  }
}

/** After a reboot another program may have the pid; where the system shows names we look, else we trust the file. */
function isPostgres(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').startsWith('postgres');
  } catch {
    return process.platform !== 'linux';
  }
}
