import { setTimeout as sleep } from 'node:timers/promises';
import { CommandError } from '@millrace/shared/commands/command-error';
import type { NodeChild } from '../processes/spawn-node.js';

const readyDeadlineMs = 30_000;
const stopDeadlineMs = 20_000;

/** A child process and the URL of its readiness check. */
export interface RunningService extends NodeChild {
  readyUrl: string;
}

/** Resolves when the service answers 200. @throws CommandError if it ends or does not answer in time */
export async function waitUntilReady(service: RunningService): Promise<void> {
  const end = Date.now() + readyDeadlineMs;
  let ending: string | undefined;
  void service.ended.then((how) => {
    ending = how;
  });
  while (!(await answersOk(service.readyUrl))) {
    if (ending) throw new CommandError(`${service.name} ended ${ending} before it was ready. ${lastWords(service)}`);
    if (Date.now() > end) {
      throw new CommandError(`${service.name} was not ready within ${readyDeadlineMs / 1000} s. ${lastWords(service)}`);
    }
    await sleep(50);
  }
}

/** The end of the child's log, to finish a sentence about how it ended. */
export function lastWords(child: NodeChild): string {
  const lines = child.lastLines();
  return lines ? `Its last lines:\n${lines}` : 'It wrote nothing to its log.';
}

async function answersOk(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
    await response.arrayBuffer();
    return response.status === 200;
  } catch {
    return false;
  }
}

/** Stops all services together. Those that miss the deadline are killed, and a CommandError names them. */
export async function stopServices(children: NodeChild[]): Promise<void> {
  const late: string[] = [];
  await Promise.all(
    children.map(async (child) => {
      child.kill('SIGTERM');
      const timer = setTimeout(() => {
        late.push(child.name);
        child.kill('SIGKILL');
      }, stopDeadlineMs);
      await child.ended;
      clearTimeout(timer);
    }),
  );
  if (late.length === 0) return;
  throw new CommandError(`${late.join(', ')} did not stop within ${stopDeadlineMs / 1000} s and had to be killed.`);
}
