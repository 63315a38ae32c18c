import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CommandError } from '@millrace/shared/commands/command-error';
import { isAlive, waitUntilGone } from '../processes/wait-until-gone.js';

/** Stops a Postgres that a crashed run left running on `dataDir`. */
export async function stopStalePostgres(dataDir: string): Promise<void> {
  const pid = runningPostmaster(dataDir);
  if (pid === undefined) return;
  process.kill(pid, 'SIGINT');
  if (await waitUntilGone(pid, 20_000)) return;
  process.kill(pid, 'SIGQUIT');
  if (await waitUntilGone(pid, 5_000)) return;
  throw new CommandError(
    `An earlier Postgres (process ${pid}) is still running on ${dataDir} and does not stop: kill that process and run the same command again.`,
  );
}

function runningPostmaster(dataDir: string): number | undefined {
  try {
    const pid = Number.parseInt(readFileSync(join(dataDir, 'postmaster.pid'), 'utf8'), 10);
    return pid > 1 && isAlive(pid) && isPostgres(pid) ? pid : undefined;
  } catch {
    return undefined;
  }
}

/** After a reboot another program may have the pid, so its name is checked where the system shows it. */
function isPostgres(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').startsWith('postgres');
  } catch {
    return process.platform !== 'linux';
  }
}
