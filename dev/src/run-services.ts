/** Turns the plan of services into running, ready ones, and those into stopped ones. */
import { setTimeout as sleep } from 'node:timers/promises';
import { ClearError } from './clear-error.js';
import type { NodeChild } from './spawn-node.js';

const readyDeadlineMs = 30_000;
const stopDeadlineMs = 20_000;

/** A child and the address at which it says whether it is ready. */
export interface RunningService extends NodeChild {
  readyUrl: string;
}

/** Resolves when the service answers 200; throws a ClearError when it ends or stays silent. */
export async function waitUntilReady(service: RunningService): Promise<void> {
  const end = Date.now() + readyDeadlineMs;
  let ending: string | undefined;
  void service.ended.then((how) => {
    ending = how;
  });
  while (!(await answersOk(service.readyUrl))) {
    if (ending) throw new ClearError(`${service.name} ended ${ending} before it was ready. ${lastWords(service)}`);
    if (Date.now() > end) {
      throw new ClearError(`${service.name} was not ready within ${readyDeadlineMs / 1000} s. ${lastWords(service)}`);
    }
    await sleep(50);
  }
}

/** What the child said last, for the end of a sentence about its end. */
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

/** Asks all to stop, together, and waits; those that do not in time are killed, and a ClearError names them. */
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
  throw new ClearError(`${late.join(', ')} did not stop within ${stopDeadlineMs / 1000} s and had to be killed.`);
}
